package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes in kernels, by arithmetic or looked up, on the PTX machine: bit for bit what the formats say. */
class FloatCodesRunTest {
  private static NumberFormat format(String name) {
    return Formats.all().stream().filter(format -> format.name().equals(name)).findFirst().orElseThrow();
  }

  private static Tensor run(String body, String parameters, Tensor... inputs) {
    Program program = ProvenRun.compile(
        ProvenRun.parse("module @m {\nfunc @f(" + parameters + ") {\n" + body + "}\n}\n"), new Backend());
    return ProvenRun.launch(
        program, List.of(inputs), Constants.of(program, WeightSource.NONE), Session.Sharing.NONE,
        Session.Observer.NONE).getFirst();
  }

  private static Tensor scale() {
    return Tensor.of(TensorType.of(Shape.of(1), Formats.F32), 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"e4m3", "e5m2", "e2m3", "e3m2", "e2m1", "mxint8"})
  void everyCodeIsItsNumber(String name) {
    NumberFormat format = format(name);
    double[] numbers = new double[1 << format.bits()];
    for (int code = 0; code < numbers.length; code++) {
      // Tensors of the host hold no infinity of formats that saturate.
      numbers[code] = Double.isInfinite(format.decode(code)) ? 0 : format.decode(code);
    }
    String type = "tensor<[%d] x %s, scale<tensor, f32>>".formatted(numbers.length, name);
    Tensor codes = Tensor.scaled(
        TensorType.of(Shape.of(numbers.length), format).withScale(scaledType(type)), numbers, scale());
    Tensor values = run("""
        %%0 = dequantize %%x {to = f32} : tensor<[%1$d] x f32>
        return %%0
        """.formatted(numbers.length), "%x: " + type, codes);
    for (int code = 0; code < numbers.length; code++) {
      assertEquals(numbers[code], values.elements()[code], "code " + code);
    }
  }

  private static ScaleLayout scaledType(String type) {
    return new TextReader(type, "test", Registry.core()).tensorType().scale().orElseThrow();
  }

  /** All numbers of the format, all midpoints between them, and what is next to either on both sides. */
  private static double[] numbers(NumberFormat format) {
    List<Double> numbers = new ArrayList<>();
    double last = 0;
    for (int code = 0; code < 1 << format.bits(); code++) {
      double number = format.decode(code);
      if (Double.isFinite(number)) {
        for (double at : new double[] {number, (number + last) / 2, number * 1.3}) {
          numbers.add(at);
          numbers.add((double) Math.nextUp((float) at));
          numbers.add((double) Math.nextDown((float) at));
        }
        last = number;
      }
    }
    // An even count, for what shares bytes.
    numbers.addAll(List.of(1e-30, -1e-30, 1e-40, 2e-38, -0.0, 1e30, -1e30, 3e38));
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"e4m3", "e5m2", "e2m3", "e3m2", "e2m1", "mxint8"})
  void numbersBecomeTheNearestCode(String name) {
    NumberFormat format = format(name);
    double[] numbers = numbers(format);
    assertTrue(numbers.length > 9 << format.bits() - 1, numbers.length + " numbers");
    Tensor codes = run("""
        %%0 = quantize %%x, %%s {rounding = nearest_even} : tensor<[%d] x %s, scale<tensor, f32>>
        return %%0
        """.formatted(numbers.length, name),
        "%%x: tensor<[%d] x f32>, %%s: tensor<[1] x f32>".formatted(numbers.length),
        Tensor.of(TensorType.of(Shape.of(numbers.length), Formats.F32), numbers), scale());
    for (int i = 0; i < numbers.length; i++) {
      // The quotient by a scale of 1 is the number itself.
      double clipped = Math.clamp(numbers[i], -format.symmetricMax(), format.symmetricMax());
      long expected = format.encode(clipped, Rounding.NEAREST_EVEN);
      assertEquals(format.decode(expected), codes.elements()[i], numbers[i] + " to " + name);
    }
  }

  /** Numbers of tf32, those halfway between two, what is next to either, infinities and NaN. */
  @Test
  void singlesBecomeTheNearestTf32() {
    Random random = new Random(32);
    double[] numbers = new double[12_000];
    for (int i = 0; i < numbers.length; i += 6) {
      int code = i < 1200 ? i / 6 : random.nextInt(1 << Formats.TF32.bits());
      float number = Float.intBitsToFloat(code << Formats.TF32.zeroBits());
      float tie = Float.intBitsToFloat(code << Formats.TF32.zeroBits() | 0x1000);
      float[] near = {number, tie, Math.nextUp(number), Math.nextDown(number), Math.nextUp(tie), Math.nextDown(tie)};
      for (int j = 0; j < near.length; j++) {
        numbers[i + j] = near[j];
      }
    }
    numbers[0] = Double.NaN;
    numbers[1] = Double.POSITIVE_INFINITY;
    numbers[2] = Double.NEGATIVE_INFINITY;
    Tensor rounded = run("""
        %%0 = cast %%x {to = tf32} : tensor<[%1$d] x tf32>
        return %%0
        """.formatted(numbers.length), "%%x: tensor<[%d] x f32>".formatted(numbers.length),
        Tensor.of(TensorType.of(Shape.of(numbers.length), Formats.F32), numbers));
    for (int i = 0; i < numbers.length; i++) {
      assertEquals(Formats.TF32.round(numbers[i]), rounded.elements()[i], numbers[i] + " to tf32");
    }
  }

  /** Rows from the least to the largest f32, of zeros, and of what is no number. */
  @ParameterizedTest
  @ValueSource(strings = {"e4m3", "e2m3", "e2m1", "i8"})
  void powersAreScalesOfRowsOfAnySize(String codes) {
    List<Double> magnitudes = new ArrayList<>(List.of(0.0, 1e-45, 1e-40, 1e-38, 3.4e38, Double.POSITIVE_INFINITY));
    for (int exponent = -126; exponent < 127; exponent += 11) {
      // Beside the edge of a power, not on it, where the kernel's division decides.
      magnitudes.add((double) (float) Math.scalb(format(codes).symmetricMax() * 1.001, exponent - 9));
      magnitudes.add((double) (float) Math.scalb(format(codes).symmetricMax() * 0.999, exponent - 9));
    }
    int rows = magnitudes.size();
    double[] elements = new double[rows * 8];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) (magnitudes.get(i / 8) * (i % 8 == 0 ? 1 : i % 8 / 9.0));
    }
    elements[8 * 4 + 3] = -elements[8 * 4 + 3];
    Tensor x = Tensor.of(TensorType.of(Shape.of(rows, 8), Formats.F32), elements);
    String type = "tensor<[%d,8] x %s, scale<token, ue8m0, up>>".formatted(rows, codes);
    Tensor computed = run("""
        %%0 = quantize %%x {rounding = nearest_even} : %s
        return %%0
        """.formatted(type), "%%x: tensor<[%d,8] x f32>".formatted(rows), x);
    TensorType scaled = new TextReader(type, "test", Registry.core()).tensorType();
    Tensor expected = Quantize.nearest(scaled).eval(List.of(x), scaled);
    for (int row = 0; row < rows; row++) {
      assertEquals(expected.scales()[row], computed.scales()[row], "scale of " + magnitudes.get(row));
      for (int i = 8 * row; i < 8 * row + 8 && Double.isFinite(magnitudes.get(row)); i++) {
        assertEquals(expected.elements()[i], computed.elements()[i], "code of " + elements[i]);
      }
    }
  }
}
