package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of weights with a second level of codes, on the PTX machine. */
class WeightLevelsRunTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();
  private static final WeightSource WEIGHTS = (key, type) -> random(type, 5);
  private static final Tensor X = random(TensorType.of(Shape.of(70, 96), Formats.F32), 6);

  private static Tensor random(TensorType type, long seed) {
    Random random = new Random(seed);
    return Tensor.inOrder(type, _ -> type.format().round(random.nextGaussian()));
  }

  private static final String PRODUCT = """
      module @m {
        func @f(%x: tensor<[70,96] x f32>) {
          %w = weight {key = "w"} : tensor<[40,96] x f32>
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[70,40] x f32>
          return %0
        }
      }
      """;

  private static Module after(String pipeline) {
    Module module = ProvenRun.parse(PRODUCT);
    for (Pass pass : REGISTRY.parse(pipeline).passes()) {
      module = pass.run(module, new PassContext(PassEnvironment.of(REGISTRY.ir()).withWeights(WEIGHTS)
          .withInputs(ImmutableMap.of("f", ImmutableList.of(X))), pass.name()));
    }
    return module;
  }

  /** Two products of the codes' format, each proven; both levels of codes of the weight are made when it is loaded. */
  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "weight=i8:channel, act=i8:block(32,96); threshold=2", "weight=i4:channel, act=i8:token; threshold=0",
      "weight=e4m3:channel, act=e4m3:token; threshold=1000", "weight=i8:channel; threshold=1"})
  void bothProductsAreProven(String layouts, String fallback) {
    Module module =
        after("quantize{" + layouts + "}, fallback{" + fallback + ", weights=true}, fold-dequantize, cse, dce");
    Program program = ProvenRun.compile(module, new Backend());
    boolean areCodes = layouts.contains("act");
    // Products of f32 are no work for tensor cores.
    assertEquals(areCodes ? 2 : 0, program.kernels().stream()
        .filter(kernel -> kernel.code().kernel().forms().stream().anyMatch(form -> form.mnemonic().contains("mma")))
        .count());
    // Nothing but codes and their scales is held, and no kernel makes those of weights.
    assertEquals(2, program.load().body().results().size());
    program.load().body().results().forEach(value -> assertTrue(value.tensorType().isScaled(), value.toString()));
    assertEquals(areCodes ? 3 : 2, program.kernels().size());
    ProvenRun run = ProvenRun.of(program, List.of(X), WEIGHTS);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    double[] expected = new Interpreter(Mode.FAITHFUL, WEIGHTS).run(module.functions().get("f"), List.of(X))
        .getFirst().elements();
    assertArrayEquals(expected, run.outputs().getFirst().elements(), 1e-3);
  }
}
