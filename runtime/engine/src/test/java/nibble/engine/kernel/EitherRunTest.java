package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.testing.ProvenRun;
import nibble.engine.verify.KernelCheck;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.api.Test;

/** What an {@code either} does not take is not launched, on the PTX machine, and what it takes stays where it is. */
class EitherRunTest {
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  private static Tensor input(TensorType type, double factor) {
    return Tensor.generate(type, i -> type.format().round(factor * Math.sin(i + 1)));
  }

  private static Tensor truth(boolean value) {
    return Tensor.of(TensorType.scalar(Formats.BOOL), value ? 1 : 0);
  }

  private static List<String> launched(Program program, List<Tensor> inputs, Module module) {
    ProvenRun run = ProvenRun.of(program, inputs, WeightSource.NONE);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    List<Tensor> meant = new Interpreter(Mode.FAITHFUL, WeightSource.NONE).run(module.functions().get("f"), inputs);
    for (int i = 0; i < meant.size(); i++) {
      assertArrayEquals(meant.get(i).elements(), run.outputs().get(i).elements(), 1e-5, "result " + i);
    }
    List<Tensor> together = ProvenRun.launch(
        program, inputs, Constants.of(program, WeightSource.NONE), Session.Sharing.BY_LIVENESS, Session.Observer.NONE);
    for (int i = 0; i < meant.size(); i++) {
      assertArrayEquals(run.outputs().get(i).elements(), together.get(i).elements(), "result " + i);
    }
    return run.checks().stream().map(KernelCheck::kernel).toList();
  }

  @Test
  void oneSideIsLaunched() {
    Module module = ProvenRun.parse("""
        module @m {
          func @f(%x: tensor<[40,24] x f32>, %c: tensor<[] x bool>) {
            %0 = exp %x : tensor<[40,24] x f32>
            %1 = reduce_sum %0 {axes = [1], keep = true} : tensor<[40,1] x f32>
            %2 = div %0, %1 : tensor<[40,24] x f32>
            %4 = add %x, %x : tensor<[40,24] x f32>
            %5 = either %c, %4, %2 : tensor<[40,24] x f32>
            %6 = mul %5, %5 : tensor<[40,24] x f32>
            return %6, %5
          }
        }
        """);
    Program program = ProvenRun.compile(module, new Backend());
    Tensor x = input(module.functions().get("f").parameters().get(0).tensorType(), 2);
    List<String> whereTrue = launched(program, List.of(x, truth(true)), module);
    List<String> whereFalse = launched(program, List.of(x, truth(false)), module);
    assertEquals(List.of("add", "mul"), whereTrue);
    assertEquals(List.of("reduce_sum_div", "mul"), whereFalse);
  }

  /** Conditions of conditions, one of them computed by a kernel that is itself launched under the other. */
  @Test
  void conditionsMayBeComputed() {
    Module module = ProvenRun.parse("""
        module @m {
          func @f(%x: tensor<[64] x f32>, %c: tensor<[] x bool>) {
            %0 = reduce_sum %x {axes = [0], keep = false} : tensor<[] x f32>
            %zero = constant {values = [0.0]} : tensor<[] x f32>
            %1 = compare %0, %zero {kind = gt} : tensor<[] x bool>
            %2 = exp %x : tensor<[64] x f32>
            %3 = neg %x : tensor<[64] x f32>
            %4 = either %1, %2, %3 : tensor<[64] x f32>
            %5 = either %c, %4, %x : tensor<[64] x f32>
            %6 = abs %5 : tensor<[64] x f32>
            return %6
          }
        }
        """);
    Program program = ProvenRun.compile(module, new Backend());
    TensorType type = module.functions().get("f").parameters().get(0).tensorType();
    Tensor positive = Tensor.generate(type, i -> i);
    Tensor negative = Tensor.generate(type, i -> -i / 16.0);
    assertEquals(List.of("abs"), launched(program, List.of(positive, truth(false)), module));
    assertEquals(3, launched(program, List.of(negative, truth(true)), module).size());
    assertTrue(launched(program, List.of(negative, truth(true)), module).contains("neg"));
    assertTrue(launched(program, List.of(input(type, 0.1), truth(true)), module).contains("exp"));
  }

  /** Of both products, with what quantizes for them, one is launched, and each is proven. */
  @Test
  void routedProductsAreProven() {
    Module plain = ProvenRun.parse("""
        module @m {
          func @f(%x: tensor<[40,64] x f32>) {
            %w = weight {key = "w"} : tensor<[64,64] x f32>
            %b = weight {key = "b"} : tensor<[64] x f32>
            %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[40,64] x f32> loc("m.nib":1:1 in layer[0].up)
            %1 = add %0, %b : tensor<[40,64] x f32> loc("m.nib":2:1 in layer[0].up)
            %2 = tanh %1 : tensor<[40,64] x f32> loc("m.nib":2:1 in layer[0])
            %3 = add %x, %2 : tensor<[40,64] x f32> loc("m.nib":2:1 in layer[0])
            return %3
          }
        }
        """);
    Module module = REGISTRY.parse(
        "route-products{weight=[e2m1:group 16:ue4m3:tensor f32, i8:channel], "
            + "act=[e2m1:group 16:ue4m3:tensor f32, i8:token], threshold=10.0}, fold-dequantize, cse, dce")
        .passes().stream().reduce(plain, (before, pass) ->
            pass.run(before, new PassContext(PassEnvironment.of(REGISTRY.ir()), pass.name())), (a, b) -> b);
    Program program = ProvenRun.compile(module, new Backend());
    WeightSource weights = (key, type) -> input(type, 0.3);
    Tensor x = input(module.functions().get("f").parameters().get(0).tensorType(), 1);
    List<List<String>> products = new ArrayList<>();
    List<double[]> outputs = new ArrayList<>();
    Tensor calm = truth(false);
    for (int step = 0; step < 2; step++) {
      ProvenRun run = ProvenRun.of(program, List.of(x, calm), weights);
      assertTrue(run.isProven(), () -> run.wrong().toString());
      assertEquals(0, run.unbounded());
      products.add(run.checks().stream().map(KernelCheck::kernel).filter(name -> name.contains("matmul")).toList());
      outputs.add(run.outputs().getFirst().elements());
      calm = run.outputs().get(1);
    }
    assertEquals(1, calm.elements()[0]);
    assertEquals(1, products.get(0).size());
    assertEquals(1, products.get(1).size());
    assertNotEquals(products.get(0), products.get(1));
    double distance = 0;
    for (int i = 0; i < outputs.get(0).length; i++) {
      distance = Math.max(distance, Math.abs(outputs.get(0)[i] - outputs.get(1)[i]));
    }
    assertTrue(distance > 1e-3 && distance < 1, distance + "");
  }

  /** A block with a cache over several steps: the numbers of interpretation, and few launches where it is skipped. */
  @Test
  void skippedBlocksLaunchNothing() {
    Module plain = ProvenRun.parse("""
        module @m {
          func @f(%x: tensor<[3,20,32] x f32>, %w: tensor<[32,64] x f32>, %v: tensor<[64,32] x f32>) {
            %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[3,20,64] x f32> loc("m.nib":1:1 in layer[0].up)
            %1 = tanh %0 : tensor<[3,20,64] x f32> loc("m.nib":2:1 in layer[0])
            %2 = matmul %1, %v {transposeB = false, to = f32} : tensor<[3,20,32] x f32> loc("m.nib":3:1 in layer[0].down)
            %3 = add %x, %2 : tensor<[3,20,32] x f32> loc("m.nib":4:1 in layer[0])
            %4 = tanh %3 : tensor<[3,20,32] x f32> loc("m.nib":5:1 in final)
            return %4
          }
        }
        """);
    Module module = REGISTRY.parse("cache-deltas{at=layer[*], limit=0.2}, cast{to=f16}").passes().stream()
        .reduce(plain, (before, pass) ->
            pass.run(before, new PassContext(PassEnvironment.of(REGISTRY.ir()), pass.name())), (a, b) -> b);
    Program program = ProvenRun.compile(module, new Backend());
    List<Value> parameters = module.functions().get("f").parameters();
    List<Tensor> state = parameters.subList(3, parameters.size()).stream()
        .map(value -> Tensor.generate(value.tensorType(), i -> 0)).toList();
    List<Boolean> reuses = new ArrayList<>();
    List<Integer> launches = new ArrayList<>();
    for (int step = 0; step < 7; step++) {
      List<Tensor> inputs = new ArrayList<>(List.of(
          input(parameters.get(0).tensorType(), 1 - 0.02 * step), input(parameters.get(1).tensorType(), 0.5),
          input(parameters.get(2).tensorType(), 0.5)));
      inputs.addAll(state);
      reuses.add(state.getLast().elements()[0] != 0);
      ProvenRun run = ProvenRun.of(program, inputs, WeightSource.NONE);
      assertTrue(run.isProven(), () -> run.wrong().toString());
      List<Tensor> meant = new Interpreter(Mode.FAITHFUL, WeightSource.NONE).run(module.functions().get("f"), inputs);
      for (int i = 0; i < meant.size(); i++) {
        assertArrayEquals(meant.get(i).elements(), run.outputs().get(i).elements(), 1e-2, "result " + i);
      }
      launches.add(run.checks().size());
      state = run.outputs().subList(1, run.outputs().size());
    }
    assertEquals(List.of(false, false, true, true, false, true, true), reuses);
    assertTrue(launches.get(2) <= launches.get(1) / 2, launches + "");
  }
}
