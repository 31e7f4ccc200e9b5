/**
 * Running kernels: warps with their divergence, blocks with their barriers, and two tiers that execute the same code,
 * the interpreter and the bytecode compiler.
 */
package nibble.emulator.execute;
