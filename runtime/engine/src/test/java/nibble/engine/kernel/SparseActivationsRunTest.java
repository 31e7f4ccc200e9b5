package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.KernelCase;
import nibble.codegen.target.Targets;
import nibble.emulator.Check;
import nibble.emulator.Machine;
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

/** Activations that are pruned and compressed by a kernel, on the PTX machine. */
class SparseActivationsRunTest {
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
  @Test
  void multiplications() {
    Program program = compile("[128,128]", """
        %3 = matmul %2, %2 {transposeB = true, to = f32} : tensor<[128,128] x f32>
        """);
    assertEquals(2, program.kernels().size());
    String product = program.module().text().substring(program.module().text().indexOf("matmul"));
    assertTrue(product.contains("mma.sp::ordered_metadata.sync.aligned.m16n8k32"), "no sparse instruction");
    assertFalse(product.contains("mma.sync"), "dense instructions");
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
