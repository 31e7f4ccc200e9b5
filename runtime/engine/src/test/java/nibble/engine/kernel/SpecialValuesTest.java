package nibble.engine.kernel;

import com.google.common.collect.ImmutableMap;
import java.util.stream.DoubleStream;
import nibble.codegen.kernel.KernelCase;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that rounding and saturation treat apart, on the PTX machine as the formats say. */
class SpecialValuesTest {
  private static final double[] NUMBERS = {
    0, -0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 3.5, 0.49999997, 126.5, 127.5, 127.49999, 128, -128.5, -129, 254.5, 255.5, 256,
    -1, 65504, 65519.996, 65520, 70000, -1e6, 3e9, -3e9, 1e30, 3.4e38, 6e-8, 2.9e-8, -6.1e-5, 6.0999e-5, 1e-38, 1e-40,
    1e-45, 1.00390625, 1.01171875, 1.0009765625, 1.00048828125, 1.00146484375, 2049, 2051, 16777217, 33554434
  };

  /** The numbers that a format has the range for; of what becomes infinite no bound says anything. */
  private static double[] inRange(NumberFormat format) {
    return DoubleStream.of(NUMBERS).filter(number -> format.isInteger() || Math.abs(number) <= format.max()).toArray();
  }

  private static NumberFormat format(String name) {
    return Formats.all().stream().filter(format -> format.name().equals(name)).findFirst().orElseThrow();
  }

  private static Tensor tensor(NumberFormat format, double... numbers) {
    double[] elements = DoubleStream.of(numbers).map(format::round).toArray();
    return Tensor.of(TensorType.of(Shape.of(elements.length), format), elements);
  }

  private static KernelCase cast(String from, String to, int count) {
    String text = """
        module @m {
          func @f(%%x: tensor<[%d] x %s>) {
            %%0 = cast %%x {to = %s} : tensor<[%d] x %s>
            return %%0
          }
        }
        """.formatted(count, from, to, count, to);
    return new KernelCase("cast", text, ImmutableMap.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"tf32", "f16", "bf16", "i32", "i16", "i8", "u8", "bool"})
  void casts(String to) {
    double[] numbers = inRange(format(to));
    KernelProof.prove(cast("f32", to, numbers.length), tensor(Formats.F32, numbers));
  }

  @ParameterizedTest
  @CsvSource({"f16,f32", "f16,bf16", "bf16,f32", "bf16,f16", "f16,i8", "bf16,u8", "tf32,f16", "bf16,tf32", "tf32,i32"})
  void castsOfNarrowFloats(String from, String to) {
    double[] numbers = DoubleStream.of(inRange(format(from)))
        .filter(number -> format(to).isInteger() || Math.abs(format(from).round(number)) <= format(to).max()).toArray();
    KernelProof.prove(cast(from, to, numbers.length), tensor(format(from), numbers));
  }

  @ParameterizedTest
  @ValueSource(strings = {"f32", "tf32", "f16", "bf16", "i8", "u8", "bool"})
  void castsOfIntegers(String to) {
    double[] integers = DoubleStream
        .of(0, 1, -1, 127, 128, -128, -129, 255, 256, 2049, 16777217, 2147483647, -2147483648)
        .filter(number -> format(to).isInteger() || Math.abs(number) <= format(to).max()).toArray();
    KernelProof.prove(cast("i32", to, integers.length), tensor(Formats.I32, integers));
  }

  @ParameterizedTest
  @CsvSource({"i16,f32,7", "i16,i32,8", "i16,i8,3", "i8,f16,5", "u8,bf16,1", "bool,i16,6", "i8,i16,4", "i16,i16,5"})
  void castsOfNarrowIntegers(String from, String to, int count) {
    NumberFormat format = format(from);
    double[] integers = DoubleStream.of(format.max(), format.min(), 0, 1, 255, -200, 1, 77)
        .map(number -> Math.clamp(number, format.min(), format.max())).limit(count).toArray();
    KernelProof.prove(cast(from, to, count), tensor(format, integers));
  }

  /** Ties of quotients, zeros alone, a magnitude so small that its scale is subnormal. */
  @ParameterizedTest
  @ValueSource(strings = {"token", "tensor"})
  void quantizers(String granularity) {
    String text = """
        module @m {
          func @f(%%x: tensor<[4,8] x f32>) {
            %%0 = quantize %%x {rounding = nearest_even} : tensor<[4,8] x i8, scale<%s, f32>>
            return %%0
          }
        }
        """.formatted(granularity);
    double[] elements = new double[32];
    for (int i = 0; i < 8; i++) {
      elements[i] = i == 0 ? 127 : i - 0.5;
      elements[16 + i] = (i - 4) * 1e-3;
      elements[24 + i] = (i - 4) * 1e30;
    }
    KernelProof.prove(
        new KernelCase("quantize", text, ImmutableMap.of()),
        Tensor.of(TensorType.of(Shape.of(4, 8), Formats.F32),
            DoubleStream.of(elements).map(Formats.F32::round).toArray()));
  }
}
