package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.KernelCase;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.text.TextReader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Roundings, rules and scales of kernels on the PTX machine, where they must be bit for bit those of interpretation.
 */
class PrecisionRunTest {
  private static final int COLUMNS = 64;

  private static TensorType type(String text) {
    return new TextReader(text, "test", Registry.core()).tensorType();
  }

  private static Tensor rows(double... elements) {
    double[] rounded = DoubleStream.of(elements).map(Formats.F32::round).toArray();
    return Tensor.of(TensorType.of(Shape.of(elements.length / COLUMNS, COLUMNS), Formats.F32), rounded);
  }

  private static Module module(String body, String parameters) {
    return ProvenRun.parse("module @m {\nfunc @f(" + parameters + ") {\n" + body + "return %0\n}\n}\n");
  }

  private static Tensor run(Module module, Tensor... inputs) {
    Program program = ProvenRun.compile(module, new Backend());
    return ProvenRun.launch(
        program, List.of(inputs), Constants.of(program, WeightSource.NONE), Session.Sharing.NONE,
        Session.Observer.NONE).getFirst();
  }

  /** Numbers of all sizes, multiples of halves and quarters of gaps among them. */
  private static double[] numbers() {
    Random random = new Random(5);
    double[] numbers = new double[40 * COLUMNS];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = switch (i % 4) {
        case 0 -> random.nextGaussian() * Math.scalb(1.0, i % 28 - 16);
        case 1 -> (random.nextInt(2048) - 1024) / 8.0;
        case 2 -> (random.nextInt(64) - 32) / 64.0;
        default -> (random.nextInt(31) - 15) * Math.scalb(1.0, -random.nextInt(20));
      };
    }
    numbers[4] = 0.49999997;
    numbers[5] = -0.0;
    numbers[6] = 1e-40;
    numbers[7] = -3e38;
    return numbers;
  }

  /** With the scale that leaves numbers as they are. */
  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "i8; stochastic(0,0)", "i8; stochastic(4294967295,4294967295)", "i4; stochastic(7,1)", "u8; stochastic(7,1)",
      "i16; stochastic(1,2147483648)", "e4m3; stochastic(3,9)", "e5m2; stochastic(3,9)", "e2m3; stochastic(3,9)",
      "e3m2; stochastic(3,9)", "e2m1; stochastic(12345,6789)",
      "i8; nearest_away", "i4; nearest_away", "u2; nearest_away",
      "e4m3; nearest_away", "e2m1; nearest_away", "e5m2; nearest_away", "i8; toward_zero", "i2; toward_zero",
      "e4m3; toward_zero", "e3m2; toward_zero", "e2m1; toward_zero"})
  void codesAreThoseOfInterpretation(String codes, String rounding) {
    double[] numbers = numbers();
    Tensor x = rows(numbers);
    TensorType type = type("tensor<[40,64] x " + codes + ", scale<tensor, f32>>");
    Tensor scale = Tensor.of(type.scaleType(), 1);
    Module module = module(
        "%0 = quantize %x, %s {rounding = " + rounding + "} : " + type + "\n",
        "%x: tensor<[40,64] x f32>, %s: " + type.scaleType());
    Tensor computed = run(module, x, scale);
    Quantize op = (Quantize) module.function("f").orElseThrow().body().operations().getFirst().op();
    Tensor expected = op.eval(List.of(x, scale), type);
    for (int i = 0; i < numbers.length; i++) {
      assertEquals(expected.elements()[i], computed.elements()[i], "element " + i + ", " + x.elements()[i]);
    }
  }

  /** With zero points in the middle and at both ends of the codes. */
  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "u8, scale<tensor, f32, zero u8>; nearest_even; 0", "u8, scale<tensor, f32, zero u8>; nearest_away; 117",
      "u8, scale<tensor, f32, zero u8>; stochastic(7,1); 255", "i8, scale<tensor, f32, zero i8>; toward_zero; -128",
      "i8, scale<tensor, f16, zero i16>; nearest_even; 127", "u4, scale<tensor, f32, zero u8>; stochastic(7,1); 9",
      "i2, scale<tensor, ue8m0, zero i8>; nearest_away; -1", "i16, scale<tensor, f32, zero i16>; nearest_even; -32768",
      "i16, scale<tensor, f32, zero i16>; nearest_away; 19999",
      "i16, scale<tensor, f32, zero i16>; stochastic(7,1); 3"})
  void affineCodesAreThoseOfInterpretation(String precision, String rounding, double zero) {
    Tensor x = rows(numbers());
    TensorType type = type("tensor<[40,64] x " + precision + ">");
    Tensor scale = Tensor.of(type.scaleType(), 1);
    Tensor zeros = Tensor.of(type.zeroType().orElseThrow(), zero);
    Module module = module(
        "%0 = quantize %x, %s, %z {rounding = " + rounding + "} : " + type + "\n",
        "%x: tensor<[40,64] x f32>, %s: " + type.scaleType() + ", %z: " + zeros.type());
    Tensor computed = run(module, x, scale, zeros);
    Quantize op = (Quantize) module.function("f").orElseThrow().body().operations().getFirst().op();
    assertArrayEquals(op.eval(List.of(x, scale, zeros), type).elements(), computed.elements());
    assertArrayEquals(zeros.elements(), computed.zeros().orElseThrow().elements());
  }

  /** Zero points that come as bytes, some of which no code is, are stored two or four in a byte. */
  @ParameterizedTest
  @ValueSource(strings = {"u4, scale<token, f32, zero u4>", "i4, scale<block(3,16), f32, zero i4>",
      "u2, scale<group 32, f32, zero u2>", "i8, scale<token, f32, zero i2>"})
  void givenZeroPointsArePacked(String precision) {
    Tensor x = rows(numbers());
    TensorType type = type("tensor<[40,64] x " + precision + ">");
    TensorType bytes = type.zeroType().orElseThrow()
        .plain(type.zeroType().orElseThrow().format().min() < 0 ? Formats.I8 : Formats.U8);
    Tensor scale = Tensor.generate(type.scaleType(), i -> 0.25 * (1 + i % 5));
    Tensor zeros = Tensor.generate(bytes, i -> bytes.format().min() + 7 * i % 256);
    Module module = module("%0 = quantize %x, %s, %z {rounding = nearest_even} : " + type + "\n",
        "%x: tensor<[40,64] x f32>, %s: " + type.scaleType() + ", %z: " + bytes);
    Tensor computed = run(module, x, scale, zeros);
    Tensor expected = Quantize.nearest(type).eval(List.of(x, scale, zeros), type);
    assertArrayEquals(expected.elements(), computed.elements());
    assertArrayEquals(expected.zeros().orElseThrow().elements(), computed.zeros().orElseThrow().elements());
  }

  /** Boxes on one side of 0 alone or on both, each with the zero point that interpretation finds. */
  @ParameterizedTest
  @ValueSource(strings = {"u8, scale<token, f32, zero u8>", "i8, scale<group 16, f16, zero i8>",
      "u4, scale<token, f32, zero u4>", "i4, scale<group 16, f16, zero i4>", "u2, scale<block(3,8), f32, zero u2>",
      "i2, scale<group 32, ue8m0, zero i2>", "u8, scale<axis 1, f32, zero u4>",
      "u4, scale<block(2,8), f32, zero u8>", "i16, scale<token, f32, zero i16>"})
  void zeroPointsAreThoseOfInterpretation(String precision) {
    double[] numbers = numbers();
    for (int i = 0; i < numbers.length; i++) {
      int row = i / COLUMNS;
      numbers[i] = row % 6 < 2 ? Math.abs(numbers[i]) : row % 6 < 4 ? -Math.abs(numbers[i]) : numbers[i] + row;
    }
    numbers[7] = 0;
    Tensor x = rows(numbers);
    TensorType type = type("tensor<[40,64] x " + precision + ">");
    Module module = module("%0 = quantize %x {rounding = nearest_even} : " + type + "\n", "%x: tensor<[40,64] x f32>");
    assertArrayEquals(
        Quantize.nearest(type).eval(List.of(x), type).zeros().orElseThrow().elements(),
        run(module, x).zeros().orElseThrow().elements());
    ProvenRun proven = ProvenRun.of(ProvenRun.compile(module, new Backend()), List.of(x), WeightSource.NONE);
    assertTrue(proven.wrong().isEmpty(), () -> proven.wrong().toString());
  }

  /** Affine activations and weights, quantized behind a product and multiplied by tensor cores. */
  @ParameterizedTest
  @CsvSource(delimiter = ';', value = {
      "u8, scale<token, f32, zero u8>; i8, scale<axis 0, f32>",
      "i8, scale<token, f32, zero i8>; u4, scale<token, f16, zero u4>",
      "u4, scale<token, f32, zero u4>; i4, scale<axis 0, f32>",
      "i4, scale<group 32, f16, zero i4>; u4, scale<group 32, f16, zero u4>",
      "u2, scale<group 32, f32, zero u2>; i8, scale<axis 0, f32>",
      "i2, scale<token, f32, zero i2>; u2, scale<token, f32, zero u2>",
      "u8, scale<group 32, f32, zero u8>; u8, scale<group 32, f32, zero u8>"})
  void affineCodesAreMultiplied(String left, String right) {
    TensorType weight = type("tensor<[24,64] x " + right + ">");
    Module module = ProvenRun.parse("""
        module @m {
          func @f(%%x: tensor<[40,64] x f32>, %%v: tensor<[64,64] x f32>, %%w: %s) {
            %%0 = matmul %%x, %%v {transposeB = false, to = f32} : tensor<[40,64] x f32>
            %%1 = quantize %%0 {rounding = nearest_even} : tensor<[40,64] x %s>
            %%2 = matmul %%1, %%w {transposeB = true, to = f32} : tensor<[40,24] x f32>
            return %%2, %%1
          }
        }
        """.formatted(weight, left));
    Random random = new Random(9);
    Tensor numbers = Tensor.inOrder(weight.plain(Formats.F32), i -> random.nextGaussian() + 0.7);
    List<Tensor> inputs = List.of(
        Tensor.inOrder(type("tensor<[40,64] x f32>"), i -> Formats.F32.round(random.nextGaussian())),
        Tensor.inOrder(type("tensor<[64,64] x f32>"), i -> Formats.F32.round(random.nextGaussian())),
        Quantize.nearest(weight).eval(List.of(numbers), weight));
    ProvenRun proven = ProvenRun.of(ProvenRun.compile(module, new Backend()), inputs, WeightSource.NONE);
    assertTrue(proven.wrong().isEmpty(), () -> proven.wrong().toString());
  }

  /** Magnitudes from 0 to the largest f32, on the edges of binades and of what a rule rounds up, and beside them. */
  @ParameterizedTest
  @CsvSource({
      "e4m3,ue8m0,floor", "e4m3,ue8m0,ceil", "e4m3,ue8m0,even",
      "e2m1,ue8m0,floor", "e2m1,ue8m0,ceil", "e2m1,ue8m0,even",
      "i8,ue8m0,even", "i2,ue8m0,floor", "i2,ue8m0,ceil", "e5m2,ue8m0,even", "e2m1,ue4m3,floor", "e2m1,ue4m3,even",
      "i4,f32,ceil", "i8,f16,floor"})
  void scalesAreThoseOfTheRule(String codes, String scales, String rule) {
    double[] amax = DoubleStream.iterate(-149, exponent -> exponent <= 127, exponent -> exponent + 1)
        .flatMap(exponent -> DoubleStream.of(1, 1.0000001, 1.25, 1.5, 1.7499, 1.75, 1.87499, 1.875, 1.9375, 1.9999999)
            .map(significand -> (float) Math.scalb(significand, (int) exponent)))
        .toArray();
    int rows = amax.length + 3;
    double[] elements = new double[rows * COLUMNS];
    for (int row = 0; row < amax.length; row++) {
      elements[row * COLUMNS + row % COLUMNS] = row % 2 == 0 ? amax[row] : -amax[row];
    }
    elements[(rows - 2) * COLUMNS + 3] = Double.NaN;
    elements[(rows - 1) * COLUMNS + 3] = Double.POSITIVE_INFINITY;
    Tensor x = rows(elements);
    TensorType type = type("tensor<[" + rows + ",64] x " + codes + ", scale<token, " + scales + ", " + rule + ">>");
    double[] expected = Quantize.nearest(type).eval(List.of(x), type).scales();
    double[] computed = run(
        module("%0 = quantize %x {rounding = nearest_even} : " + type + "\n", "%x: " + x.type()), x).scales();
    // What an f32 scale is of an amax so small does not matter: it may be flushed.
    double least = scales.equals("f32") ? 1e-36 : 0;
    for (int row = 0; row < rows; row++) {
      double largest = row < amax.length ? amax[row] : 0;
      if (largest == 0 || largest >= least) {
        assertEquals(expected[row], computed[row], "scale of row " + row + ", " + largest);
      }
    }
  }

  /**
   * Boxes of zeros, of one number, with a NaN or an infinity, and so small beside others that their scale is the least
   * of ue4m3 and their codes are 0; each under an outer scale of its own or of all.
   */
  @ParameterizedTest
  @ValueSource(strings = {"scale<tensor, f32>", "scale<group 2, f32>"})
  void boxesUnderOuterScales(String outer) {
    boolean together = outer.contains("tensor");
    double[] elements = new double[8 * COLUMNS];
    Random random = new Random(3);
    Arrays.setAll(elements, i -> random.nextGaussian());
    Arrays.fill(elements, 0, 64, 0);
    Arrays.fill(elements, 64, 128, 0.3);
    for (int i = 128; i < 192; i++) {
      elements[i] *= i < 144 ? 1e30 : 1e-3;
    }
    for (int i = 192; i < 256; i++) {
      elements[i] *= 1e-35;
    }
    if (!together) {
      elements[256 + 5] = Double.NaN;
      elements[320 + 40] = Double.NEGATIVE_INFINITY;
    }
    Tensor x = rows(elements);
    TensorType type = type("tensor<[8,64] x e2m1, scale<group 16, ue4m3, " + outer + ">>");
    Module module = module("%0 = quantize %x {rounding = nearest_even} : " + type + "\n", "%x: " + x.type());
    Tensor computed = run(module, x);
    Tensor expected = Quantize.nearest(type).eval(List.of(x), type);
    double[] values = computed.values();
    for (int i = 0; i < elements.length; i++) {
      boolean isNumber = !Double.isNaN(expected.values()[i]);
      assertEquals(isNumber, !Double.isNaN(values[i]), "element " + i);
    }
    // The scale of a box of zeros, and of one that is too small for any other.
    double least = 0x1p-9;
    double[] inner = computed.scaleTensor().orElseThrow().elements();
    assertEquals(least, inner[0]);
    assertEquals(expected.scaleTensor().orElseThrow().elements()[0], inner[0]);
    int small = 12;
    assertEquals(together, inner[small] == least);
    ProvenRun proven = ProvenRun.of(ProvenRun.compile(module, new Backend()), List.of(x), WeightSource.NONE);
    assertTrue(proven.wrong().isEmpty(), () -> proven.wrong().toString());
  }

  /** Groups of channels that begin in one head and end in the next lie in no tile of the product that makes heads. */
  @ParameterizedTest
  @ValueSource(strings = {"group 32", "block(16,32)", "group 16"})
  void groupsThatStraddleHeads(String granularity) {
    KernelProof.prove(new KernelCase("heads", """
        module @m {
          func @f(%%p: tensor<[2,2,33,16] x f16>, %%v: tensor<[2,2,16,24] x f16>) {
            %%0 = matmul %%p, %%v {transposeB = false, to = f32} : tensor<[2,2,33,24] x f32>
            %%1 = transpose %%0 {axes = [0,2,1,3]} : tensor<[2,33,2,24] x f32>
            %%2 = reshape %%1 {shape = [2,33,48]} : tensor<[2,33,48] x f32>
            %%3 = quantize %%2 {rounding = nearest_even} : tensor<[2,33,48] x i8, scale<%s, f32>>
            return %%3
          }
        }
        """.formatted(granularity), ImmutableMap.of()));
  }
}
