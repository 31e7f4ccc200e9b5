package nibble.ir.bound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.ir.Block;
import nibble.ir.RandomModules;
import nibble.ir.Registry;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels of a transformer: right ones are within their bounds, and the bounds are close enough to catch wrong
 * ones.
 */
class KernelBodiesTest {
  /** A kernel, and ways to get it wrong: what it is given instead of its inputs. */
  enum KernelBody {
    GEMM("""
        %x: tensor<[5,96] x f32>, %w: tensor<[96,7] x f32>, %bias: tensor<[7] x f32>) {
          %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[5,7] x f32>
          %1 = add %0, %bias : tensor<[5,7] x f32>
          return %1
        }
        """),
    GEMM_F16_GELU("""
        %x: tensor<[5,96] x f16>, %w: tensor<[7,96] x f16>, %bias: tensor<[7] x f32>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[5,7] x f32>
          %1 = add %0, %bias : tensor<[5,7] x f32>
          %2 = gelu %1 {kind = erf} : tensor<[5,7] x f32>
          %3 = cast %2 {to = f16} : tensor<[5,7] x f16>
          return %3
        }
        """),
    GEMM_BF16_RESIDUAL("""
        %x: tensor<[5,96] x bf16>, %w: tensor<[7,96] x bf16>, %residual: tensor<[5,7] x bf16>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[5,7] x f32>
          %1 = cast %residual {to = f32} : tensor<[5,7] x f32>
          %2 = add %0, %1 : tensor<[5,7] x f32>
          %3 = cast %2 {to = bf16} : tensor<[5,7] x bf16>
          return %3
        }
        """),
    GEMM_I8("""
        %x: tensor<[5,96] x i8, scale<token, f32>>, %w: tensor<[7,96] x i8, scale<axis 0, f32>>,
        %bias: tensor<[7] x f32>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[5,7] x f32>
          %1 = add %0, %bias : tensor<[5,7] x f32>
          return %1
        }
        """),
    GEMM_BLOCKS("""
        %x: tensor<[5,96] x e4m3, scale<group 32, f32>>, %w: tensor<[7,96] x e4m3, scale<block(4,32), f32>>) {
          %0 = matmul %x, %w {transposeB = true, to = f16} : tensor<[5,7] x f16>
          return %0
        }
        """),
    QUANTIZED_GEMM("""
        %x: tensor<[5,96] x f32>, %w: tensor<[7,96] x i8, scale<axis 0, f32>>, %bias: tensor<[7] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[5,96] x i8, scale<token, f32>>
          %1 = matmul %0, %w {transposeB = true, to = f32} : tensor<[5,7] x f32>
          %2 = add %1, %bias : tensor<[5,7] x f32>
          return %2
        }
        """),
    QUANTIZE_MXFP8("""
        %x: tensor<[5,96] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[5,96] x e4m3, scale<group 32, ue8m0, up>>
          return %0
        }
        """),
    QUANTIZE_MXFP4_FLOOR("""
        %x: tensor<[5,96] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[5,96] x e2m1, scale<group 32, ue8m0, floor>>
          return %0
        }
        """),
    QUANTIZE_NVFP4("""
        %x: tensor<[5,96] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[5,96] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>
          return %0
        }
        """),
    QUANTIZE_NVFP4_CALIBRATED("""
        %x: tensor<[5,96] x f32>, %outer: tensor<[1,1] x f32>) {
          %0 = abs %outer : tensor<[1,1] x f32>
          %1 = quantize %x, %0 {rounding = nearest_even}
            : tensor<[5,96] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>
          return %1
        }
        """),
    QUANTIZE_TETRAJET2("""
        %x: tensor<[5,96] x f32>) {
          %0 = quantize %x {rounding = stochastic(7,1)}
            : tensor<[5,96] x e2m1, scale<group 16, ue4m3, scale<group 3, f32>>>
          return %0
        }
        """),
    QUANTIZE_FULL("""
        %x: tensor<[5,96] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[5,96] x i8, scale<block(4,32), f32, full>>
          return %0
        }
        """),
    QUANTIZE_AFFINE("""
        %x: tensor<[5,96] x f32>) {
          %0 = quantize %x {rounding = nearest_even} : tensor<[5,96] x u8, scale<token, f32, zero u8>>
          return %0
        }
        """),
    QUANTIZE_FALLBACK("""
        %x: tensor<[5,96] x f32>) {
          %0 = quantize %x {rounding = nearest_even, fallback = 2.25}
            : tensor<[5,96] x i8, scale<block(4,32), f32>, residual<i8>>
          return %0
        }
        """),
    QUANTIZE_SPLIT("""
        %x: tensor<[5,96] x f32>) {
          %0 = amax %x {granularity = group 32} : tensor<[5,3] x f32>
          %1 = scales %0 {elements = e4m3, rule = up} : tensor<[5,3] x ue8m0>
          %2 = quantize %x, %1 {rounding = nearest_even} : tensor<[5,96] x e4m3, scale<group 32, ue8m0, up>>
          return %2
        }
        """),
    HADAMARD_QUANTIZE("""
        %x: tensor<[5,96] x f32>) {
          %0 = hadamard %x {axis = 1, size = 32, seed = 3} : tensor<[5,96] x f32>
          %1 = quantize %0 {rounding = nearest_even} : tensor<[5,96] x i4, scale<tensor, f32>>
          return %1
        }
        """),
    GEMM_NVFP4("""
        %x: tensor<[5,96] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>,
        %w: tensor<[7,96] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[5,7] x f32>
          return %0
        }
        """),
    GEMM_FALLBACK("""
        %x: tensor<[5,96] x i8, scale<block(4,32), f32>, residual<i8>>,
        %w: tensor<[7,96] x i8, scale<block(4,32), f32>>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[5,7] x f32>
          return %0
        }
        """),
    GEMM_WEIGHT_ONLY("""
        %x: tensor<[5,96] x f16>, %w: tensor<[7,96] x u4, scale<group 32, f16, zero u4>>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[5,7] x f32>
          return %0
        }
        """),
    SOFTMAX("""
        %scores: tensor<[4,6,40] x f32>, %mask: tensor<[40] x f32>) {
          %scale = constant {values = [0.17677669529663687]} : tensor<[] x f32>
          %0 = mul %scores, %scale : tensor<[4,6,40] x f32>
          %1 = add %0, %mask : tensor<[4,6,40] x f32>
          %2 = softmax %1 : tensor<[4,6,40] x f32>
          return %2
        }
        """),
    ATTENTION("""
        %q: tensor<[4,6,16] x f16>, %k: tensor<[2,40,16] x f16>, %v: tensor<[2,40,8] x f16>, %mask: tensor<[40] x f32>) {
          %0 = attention %q, %k, %v, %mask {scale = 0.25, causal = none, to = f32} : tensor<[4,6,8] x f32>
          return %0
        }
        """),
    CAUSAL_ATTENTION("""
        %q: tensor<[4,6,16] x f16>, %k: tensor<[4,40,16] x f16>, %v: tensor<[4,40,8] x f16>) {
          %0 = attention %q, %k, %v {scale = 0.25, causal = bottom_right, to = f16} : tensor<[4,6,8] x f16>
          return %0
        }
        """),
    EXPERTS("""
        %x: tensor<[6,16] x f16>, %gates: tensor<[6,8] x f32>, %w: tensor<[8,16,8] x f16>) {
          %gate = abs %gates : tensor<[6,8] x f32>
          %0 = members %gate : tensor<[8,7] x i32>
          %1 = grouped_matmul %x, %w, %0 {transposeB = false, to = f32} : tensor<[8,6,8] x f32>
          %2 = transpose %gate {axes = [1, 0]} : tensor<[8,6] x f32>
          %3 = reshape %2 {shape = [8,6,1]} : tensor<[8,6,1] x f32>
          %4 = mul %1, %3 : tensor<[8,6,8] x f32>
          return %4
        }
        """),
    GATED_SUM("""
        %x: tensor<[8,6,5] x f32>, %gates: tensor<[6,8] x f32>) {
          %gate = abs %gates : tensor<[6,8] x f32>
          %0 = gated_sum %x, %gate : tensor<[6,5] x f32>
          return %0
        }
        """),
    LAYER_NORM("""
        %x: tensor<[5,96] x f16>, %residual: tensor<[5,96] x f16>, %gamma: tensor<[96] x f16>,
        %beta: tensor<[96] x f16>) {
          %0 = add %x, %residual : tensor<[5,96] x f16>
          %1 = layer_norm %0, %gamma, %beta {epsilon = 1.0E-12} : tensor<[5,96] x f16>
          return %1
        }
        """),
    LAYER_NORM_QUANTIZE("""
        %x: tensor<[5,96] x f32>, %gamma: tensor<[96] x f32>, %beta: tensor<[96] x f32>) {
          %0 = layer_norm %x, %gamma, %beta {epsilon = 1.0E-12} : tensor<[5,96] x f32>
          %1 = quantize %0 {rounding = nearest_even} : tensor<[5,96] x i8, scale<token, f32>>
          return %1
        }
        """),
    RMS_NORM_SILU("""
        %x: tensor<[5,96] x f32>, %gamma: tensor<[96] x f32>) {
          %0 = rms_norm %x, %gamma {epsilon = 1.0E-6} : tensor<[5,96] x f32>
          %1 = silu %0 : tensor<[5,96] x f32>
          %2 = quantize %1 {rounding = nearest_even} : tensor<[5,96] x e4m3, scale<group 32, f32>>
          return %2
        }
        """),
    POOLING("""
        %x: tensor<[3,20,24] x f32>, %epsilon: tensor<[1] x f32>) {
          %0 = reduce_mean %x {axes = [1], keep = false} : tensor<[3,24] x f32>
          %1 = mul %0, %0 : tensor<[3,24] x f32>
          %2 = reduce_sum %1 {axes = [1], keep = true} : tensor<[3,1] x f32>
          %3 = sqrt %2 : tensor<[3,1] x f32>
          %4 = div %0, %3 : tensor<[3,24] x f32>
          return %4
        }
        """);

    private final Block body;

    KernelBody(String parameters) {
      String text = "module @m { func @kernel(" + parameters + "}";
      this.body = Parser.parse(text, name(), Registry.core()).function("kernel").orElseThrow().body();
    }

    List<Tensor> inputs(Random random) {
      return body.arguments().stream().map(a -> RandomModules.tensor(a.tensorType(), random)).toList();
    }

    Approximate bound(List<Tensor> inputs) {
      return new RunningBounds(new F32Model())
          .run(body, inputs.stream().map(Approximate::given).toList()).getFirst();
    }

    Tensor compute(List<Tensor> inputs, Random random) {
      Value result = body.results().getFirst();
      Tensor computed = new SimulatedKernel(random).run(body, inputs).get(result);
      // What a kernel returns is stored.
      return computed.type().isScaled() ? computed : computed.rounded();
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void rightKernelsAreProven(@ForAll KernelBody kernel, @ForAll long seed) {
    Random random = new Random(seed);
    List<Tensor> inputs = kernel.inputs(random);
    Approximate.Verdict verdict = kernel.bound(inputs).judge(kernel.compute(inputs, random));
    assertTrue(verdict.isProven(), verdict::toString);
  }

  /** A row of zeros has the scale 1 for certain, also where a kernel divides and compares by itself. */
  @Test
  void zerosAreProven() {
    String text = """
        module @m {
          func @kernel(%x: tensor<[2,8] x f32>) {
            %0 = amax %x {granularity = token} : tensor<[2,1] x f32>
            %limit = constant {values = [127.0]} : tensor<[] x f32>
            %1 = div %0, %limit : tensor<[2,1] x f32>
            %zero = constant {values = [0.0]} : tensor<[] x f32>
            %2 = compare %1, %zero {kind = eq} : tensor<[2,1] x bool>
            %one = constant {values = [1.0]} : tensor<[] x f32>
            %3 = select %2, %one, %1 : tensor<[2,1] x f32>
            %4 = quantize %x, %3 {rounding = nearest_even} : tensor<[2,8] x i8, scale<token, f32>>
            return %4
          }
        }
        """;
    Block body = Parser.parse(text, "zeros", Registry.core()).function("kernel").orElseThrow().body();
    double[] elements = new double[16];
    elements[9] = 3;
    Tensor x = Tensor.of(body.arguments().getFirst().tensorType(), elements);
    Approximate bound = new RunningBounds(new F32Model()).run(body, List.of(Approximate.given(x))).getFirst();
    assertEquals(1, bound.exact().scales()[0]);
    for (int i = 0; i < 8; i++) {
      assertEquals(0, bound.error()[i]);
    }
    assertTrue(bound.judge(bound.exact()).isProven());
  }

  /**
   * Without a single element of median magnitude, with elements one place off, or with the next scale, it is another
   * result.
   */
  @ParameterizedTest
  @MethodSource("wrongKernels")
  void wrongKernelsAreCaught(KernelBody kernel, int operand, String mistake, UnaryOperator<Tensor> change) {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Tensor> inputs = kernel.inputs(random);
      Tensor[] changed = inputs.toArray(Tensor[]::new);
      changed[operand] = change.apply(changed[operand]);
      Approximate.Verdict verdict = kernel.bound(inputs).judge(kernel.compute(List.of(changed), random));
      assertEquals(0, verdict.unbounded());
      assertTrue(verdict.outside() > 0, () -> mistake + " passes: " + verdict);
    }
  }

  static Stream<Arguments> wrongKernels() {
    return Arrays.stream(KernelBody.values()).flatMap(kernel -> Stream.of(0, 1)
        .filter(operand -> operand < kernel.body.arguments().size())
        .filter(operand -> kernel.body.arguments().get(operand).tensorType().shape().size().constant() > 1)
        .flatMap(operand -> Stream.of(
            mistake(kernel, operand, "an element is dropped", KernelBodiesTest::withoutOne),
            mistake(kernel, operand, "elements are one off", KernelBodiesTest::shifted),
            mistake(kernel, operand, "scales are one off", KernelBodiesTest::withOtherScales))
            .filter(arguments -> !arguments.get()[2].toString().startsWith("scales")
                || kernel.body.arguments().get(operand).tensorType().isScaled())));
  }

  private static Arguments mistake(
      KernelBody kernel, int operand, String name, UnaryOperator<Tensor> change) {
    return Arguments.of(kernel, operand, name, change);
  }

  /** Without the element of the median magnitude. */
  private static Tensor withoutOne(Tensor tensor) {
    List<Integer> byMagnitude = IntStream.range(0, tensor.size()).boxed()
        .sorted(Comparator.comparingDouble(i -> Math.abs(tensor.elements()[i]))).toList();
    double[] elements = tensor.elements().clone();
    elements[byMagnitude.get(elements.length / 2)] = 0;
    return tensor.withElements(elements);
  }

  private static Tensor shifted(Tensor tensor) {
    return tensor.withElements(rotated(tensor.elements()));
  }

  private static Tensor withOtherScales(Tensor tensor) {
    Tensor scales = tensor.scaleTensor().orElseThrow();
    return new Tensor(
        tensor.type(), tensor.elements(), Optional.of(scales.withElements(rotated(scales.elements()))),
        tensor.zeros(), tensor.residual());
  }

  private static double[] rotated(double[] elements) {
    double[] rotated = new double[elements.length];
    for (int i = 0; i < elements.length; i++) {
      rotated[i] = elements[(i + 1) % elements.length];
    }
    return rotated;
  }
}
