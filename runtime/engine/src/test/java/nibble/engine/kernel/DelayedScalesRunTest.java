package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.List;
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
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.validate.SampleData;
import org.junit.jupiter.api.Test;

/** Runs that carry a history of magnitudes from one to the next, on the PTX machine and in interpretation. */
class DelayedScalesRunTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  @Test
  void historiesAndCodesAreThoseOfInterpretation() {
    Module dynamic = ProvenRun.parse("""
        module @m {
          func @f(%x: tensor<[40,96] x f32>, %w: tensor<[24,96] x e4m3, scale<tensor, f32>>) {
            %0 = quantize %x {rounding = nearest_even} : tensor<[40,96] x e4m3, scale<tensor, f32>>
            %1 = matmul %0, %w {transposeB = true, to = f32} : tensor<[40,24] x f32>
            return %1
          }
        }
        """);
    Module module = REGISTRY.parse("delay-scales{window=3, margin=1}").passes().getFirst()
        .run(dynamic, new PassContext(PassEnvironment.of(REGISTRY.ir()), "delay-scales"));
    Program program = ProvenRun.compile(module, new Backend());
    TensorType weight = module.functions().get("f").parameters().get(1).tensorType();
    Tensor w = Tensor.scaled(
        weight, Tensor.generate(weight.plain(Formats.F32), i -> i % 15 - 7).elements(),
        Tensor.of(weight.scaleType(), 0.5));
    TensorType history = module.functions().get("f").parameters().get(2).tensorType();
    Tensor state = Tensor.of(history, new double[Math.toIntExact(history.shape().size().constant())]);
    for (double factor : new double[] {1, 3, 0.2, 5, 0.1}) {
      Tensor x = Tensor.generate(
          module.functions().get("f").parameters().get(0).tensorType(), i -> Formats.F32.round(factor * Math.sin(i)));
      List<Tensor> inputs = List.of(x, w, state);
      ProvenRun run = ProvenRun.of(program, inputs, WeightSource.NONE);
      assertTrue(run.isProven(), () -> run.wrong().toString());
      Tensor next = new Interpreter(Mode.FAITHFUL, WeightSource.NONE).run(module.functions().get("f"), inputs).get(1);
      assertArrayEquals(next.elements(), run.outputs().get(1).elements());
      state = run.outputs().get(1);
    }
  }

  /** The magnitudes are those of the boxes of a product's tile, behind a reshape: its kernel stores them itself. */
  @Test
  void aProductStoresTheMagnitudesOfItsBoxes() {
    Module dynamic = ProvenRun.parse("""
        module @m {
          func @f(%x: tensor<[33,64] x f16>, %w: tensor<[64,96] x f16>, %v: tensor<[96,24] x i8, scale<tensor, f32>>) {
            %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[33,96] x f32>
            %1 = quantize %0 {rounding = nearest_even} : tensor<[33,96] x i8, scale<block(16,32), f32>>
            %2 = dequantize %1 {to = f16} : tensor<[33,96] x f16>
            %3 = dequantize %v {to = f16} : tensor<[96,24] x f16>
            %4 = matmul %2, %3 {transposeB = false, to = f32} : tensor<[33,24] x f32>
            return %4
          }
        }
        """);
    Module module = REGISTRY.parse("delay-scales{window=3}").passes().getFirst()
        .run(dynamic, new PassContext(PassEnvironment.of(REGISTRY.ir()), "delay-scales"));
    Program program = ProvenRun.compile(module, new Backend());
    List<Tensor> inputs =
        new SampleData(3).inputs(module.functions().get("f"), ImmutableMap.of());
    ProvenRun run = ProvenRun.of(program, inputs, WeightSource.NONE);
    assertTrue(run.isProven(), () -> run.wrong().toString());
  }
}
