package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.kernel.KernelCase;
import nibble.codegen.target.Targets;
import nibble.emulator.Argument;
import nibble.emulator.Check;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.emulator.MemoryCounter;
import nibble.emulator.MemoryCounters;
import nibble.engine.device.Device;
import nibble.engine.device.emulator.EmulatedDevice;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations that are pruned and compressed by a kernel, on the PTX machine. */
class SparseActivationsRunTest {
  private static final int SECTOR = 32;

  @ParameterizedTest(name = "{0}")
  @MethodSource("nibble.codegen.kernel.KernelCases#activations")
  void hopper(KernelCase kernels) {
    KernelProof.prove(kernels, "sm_90a");
  }

  /** Of equal magnitudes the later are kept; NaN is larger than infinity, and that larger than all numbers. */
  @Test
  void ties() {
    double nan = Double.NaN;
    double infinity = Double.POSITIVE_INFINITY;
    TensorType type = TensorType.of(Shape.of(1, 20), Formats.F16);
    Tensor x = Tensor.of(
        type, 1, -1, 1, 1, 0, 0, 0, 0, 2, -2, 2, 1, -infinity, 65504, nan, 1, nan, nan, nan, -infinity);
    Program program = compile("[1,20]", "");
    Machine machine = Machine.builder().checks(EnumSet.allOf(Check.class)).build();
    try (Device device = new EmulatedDevice(machine, program.target());
        Session session = Session.open(
            program, device, Constants.of(program, (key, constant) -> x), Session.Sharing.NONE)) {
      List<Tensor> results = session.run(List.of(x), (index, run) -> { });
      double[] kept = {0, 0, 1, 1, 0, 0, 0, 0, 0, -2, 2, 0, -infinity, 0, nan, 0, 0, nan, nan, 0};
      results.forEach(result -> assertArrayEquals(kept, result.elements()));
    }
  }

  /** The product takes what is stored: no dense instruction multiplies. */
  @ParameterizedTest
  @ValueSource(strings = {
      "%3 = matmul %2, %x {transposeB = true, to = f32} : tensor<[128,128] x f32>",
      "%4 = reshape %2 {shape = [2,64,128]} : tensor<[2,64,128] x f16>\n"
          + "%3 = matmul %4, %x {transposeB = true, to = f32} : tensor<[2,64,128] x f32>"})
  void multiplications(String multiply) {
    Program program = compile("[128,128]", multiply);
    assertEquals(2, program.kernels().size());
    String product = program.module().text().substring(program.module().text().indexOf("matmul"));
    assertTrue(product.contains("mma.sp::ordered_metadata.sync.aligned.m16n8k32"), "no sparse instruction");
    assertFalse(product.contains("mma.sync"), "dense instructions");
  }

  /** What is pruned is read once, and what is stored written once; words of metadata come in quarters of sectors. */
  @Test
  void accesses() {
    Program program = compile("[128,256]", """
        %3 = matmul %2, %2 {transposeB = true, to = f32} : tensor<[128,128] x f32>
        """);
    CompiledKernel kernel = program.kernels().getFirst();
    long elements = 128 * 256;
    long stored = elements / 2 * Short.BYTES / SECTOR;
    long words = elements / 4 / 2 / SECTOR;
    try (Machine machine = Machine.builder().counters(true).build()) {
      List<Argument> arguments = List.of(
          Argument.of(machine.memory().allocate(elements * Short.BYTES, "x")),
          Argument.of(machine.memory().allocate(stored * SECTOR, "stored")),
          Argument.of(machine.memory().allocate(words * SECTOR, "metadata")));
      LaunchConfig config = new LaunchConfig(
          new Extent(4, 2, 1), new Extent(kernel.code().threads(), 1, 1), kernel.code().sharedBytes());
      MemoryCounters counters = machine
          .launch(machine.load(program.module().text(), "prune.ptx").kernel(kernel.name()), config, arguments)
          .counters().orElseThrow().memory();
      assertEquals(elements * Short.BYTES / SECTOR, counters.of(MemoryCounter.GLOBAL_SECTORS_READ));
      assertEquals(stored + 4 * words, counters.of(MemoryCounter.GLOBAL_SECTORS_WRITTEN));
    }
  }

  private static Program compile(String shape, String product) {
    String type = "tensor<" + shape + " x f16";
    Module module = Parser.parse("""
        module @m {
          func @f(%%x: %1$s>) {
            %%0 = prune %%x {axis = 1, layout = sparse<2:4>} : %1$s>
            %%1 = compress %%0 {layout = sparse<2:4>} : %1$s, sparse<2:4>>
            %%2 = decompress %%1 : %1$s>
            %2$s
            return %3$s
          }
        }
        """.formatted(type, product, product.isEmpty() ? "%0, %2" : "%3"), "test", Registry.core());
    return new Backend().compile(module, module.functions().get("f"), Targets.get("sm_80"));
  }
}
