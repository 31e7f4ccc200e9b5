/**
 * PTX as data. {@link nibble.codegen.ptx.InstructionTable} has a row for each instruction that we emit, and an
 * {@link nibble.codegen.ptx.Instruction} that no row allows can't be made. {@link nibble.codegen.ptx.KernelBuilder}
 * writes a {@link nibble.codegen.ptx.Kernel}, {@link nibble.codegen.ptx.pass.PtxPasses} make it smaller, and
 * {@link nibble.codegen.ptx.PtxModule} finds the lowest PTX version for a target, refuses what the target lacks, and
 * prints.
 *
 * <p>To add an instruction, add a row to {@code instructions.txt}; the tests assemble it for every target that has it.
 */
package nibble.codegen.ptx;
