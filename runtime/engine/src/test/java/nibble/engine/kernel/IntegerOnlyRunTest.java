package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.target.Targets;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Requantize;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chains of integer products, the same to the bit on every target and in interpretation. */
class IntegerOnlyRunTest {
  private static final int ROWS = 70;
  private static final int KEPT = 48;
  private static final int CODED = 16;
  private static final int WIDTH = 72;
  private static final Random RANDOM = new Random(4);

  /** A net of two layers, as those in a coupling layer of IODF: what it gives is added to the other part. */
  private static final Module NET = ProvenRun.parse("""
      module @m {
        func @net(%%z: tensor<[%1$d,%2$d] x i8>, %%v: tensor<[%2$d,%3$d] x i8>, %%b: tensor<[%3$d] x i32>,
            %%m: tensor<[%3$d] x i32>, %%s: tensor<[%3$d] x i32>, %%w: tensor<[%4$d,%3$d] x i8>, %%n: tensor<[%4$d] x i32>,
            %%t: tensor<[%4$d] x i32>) {
          %%zero = constant {values = [0.0]} : tensor<[] x i32>
          %%0 = matmul %%z, %%v {transposeB = false, to = i32} : tensor<[%1$d,%3$d] x i32>
          %%1 = add %%0, %%b : tensor<[%1$d,%3$d] x i32>
          %%2 = maximum %%1, %%zero : tensor<[%1$d,%3$d] x i32>
          %%3 = requantize %%2, %%m, %%s {to = i8} : tensor<[%1$d,%3$d] x i8>
          %%4 = matmul %%3, %%w {transposeB = true, to = i32} : tensor<[%1$d,%4$d] x i32>
          %%5 = requantize %%4, %%n, %%t {to = i16} : tensor<[%1$d,%4$d] x i16>
          return %%5
        }
      }
      """.formatted(ROWS, KEPT, WIDTH, CODED));

  private static Tensor random(NumberFormat format, int least, int most, int... extents) {
    return Tensor.inOrder(
        TensorType.of(Shape.of(Arrays.stream(extents).asLongStream().toArray()), format),
        i -> least + RANDOM.nextInt(most - least + 1));
  }

  private static final ImmutableList<Tensor> WEIGHTS = ImmutableList.of(
      random(Formats.I8, -127, 127, KEPT, WIDTH), random(Formats.I32, -5000, 5000, WIDTH),
      random(Formats.I32, 1 << 30, Integer.MAX_VALUE, WIDTH), random(Formats.I32, 38, 40, WIDTH),
      random(Formats.I8, -127, 127, CODED, WIDTH), random(Formats.I32, 1 << 30, Integer.MAX_VALUE, CODED),
      random(Formats.I32, 36, 40, CODED));

  private static List<Tensor> inputs(Tensor kept) {
    return ImmutableList.<Tensor>builder().add(kept).addAll(WEIGHTS).build();
  }

  private static Tensor interpreted(Tensor kept) {
    return new Interpreter(Mode.FAITHFUL, WeightSource.NONE)
        .run(NET, NET.functions().get("net"), inputs(kept)).getFirst();
  }

  private static Tensor launched(Module module, String target, List<Tensor> inputs) {
    Program program = new Backend().compile(
        module, module.functions().values().iterator().next(), Targets.get(target));
    return ProvenRun.launch(program, inputs, Constants.of(program, WeightSource.NONE), Session.Sharing.NONE,
        Session.Observer.NONE).getFirst();
  }

  /** What one device adds, another takes away. */
  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_89", "sm_90a", "sm_120a"})
  void whatIsEncodedIsDecoded(String target) {
    Tensor kept = random(Formats.I8, -128, 127, ROWS, KEPT);
    double[] coded = random(Formats.I32, -128, 127, ROWS, CODED).elements();
    double[] added = interpreted(kept).elements();
    double[] taken = launched(NET, target, inputs(kept)).elements();
    double[] encoded = new double[coded.length];
    Arrays.setAll(encoded, i -> coded[i] + added[i]);
    double[] decoded = new double[coded.length];
    Arrays.setAll(decoded, i -> encoded[i] - taken[i]);
    assertArrayEquals(coded, decoded);
    assertTrue(Arrays.stream(added).distinct().count() > CODED, "the net says something");
  }

  @Test
  void isProven() {
    ProvenRun run = ProvenRun.of(
        ProvenRun.compile(NET, new Backend()), inputs(random(Formats.I8, -128, 127, ROWS, KEPT)), WeightSource.NONE);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    assertEquals(2, run.program().kernels().size());
  }

  /** Sums, multipliers and shifts of all sizes, those that are out of range among them. */
  @ParameterizedTest
  @ValueSource(strings = {"i8", "u8", "i16"})
  void allFactorsAreThoseOfInterpretation(String format) {
    Module module = ProvenRun.parse("""
        module @m {
          func @f(%%a: tensor<[64,64] x i32>, %%m: tensor<[64,64] x i32>, %%s: tensor<[64] x i32>) {
            %%0 = requantize %%a, %%m, %%s {to = %1$s} : tensor<[64,64] x %1$s>
            return %%0
          }
        }
        """.formatted(format));
    Tensor numbers = Tensor.inOrder(TensorType.of(Shape.of(64, 64), Formats.I32), i -> switch (i % 9) {
      case 0 -> 0;
      case 1 -> Integer.MIN_VALUE;
      case 2 -> Integer.MAX_VALUE;
      default -> RANDOM.nextInt() >> RANDOM.nextInt(31);
    });
    Tensor multipliers = Tensor.inOrder(
        numbers.type(), i -> i % 5 == 0 ? RANDOM.nextInt() : RANDOM.nextInt() >>> 1 + RANDOM.nextInt(31));
    Tensor shifts = Tensor.generate(TensorType.of(Shape.of(64), Formats.I32), i -> i - 1 + (i == 63 ? 1000 : 0));
    List<Tensor> inputs = List.of(numbers, multipliers, shifts);
    Requantize op = (Requantize) module.functions().get("f").body().operations().getFirst().op();
    assertArrayEquals(
        op.eval(inputs, op.infer(inputs.stream().map(Tensor::type).toList())).elements(),
        launched(module, "sm_80", inputs).elements());
  }
}
