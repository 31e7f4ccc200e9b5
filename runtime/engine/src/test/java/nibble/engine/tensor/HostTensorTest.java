package nibble.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.SparseLayouts;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;

class HostTensorTest {
  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] encode(NumberFormat format, double... values) {
    return bytes(HostTensor.encode(Tensor.of(TensorType.of(Shape.of(values.length), format), values)).data());
  }

  @Test
  void fourBitElementsShareAByteLowNibbleFirst() {
    assertArrayEquals(new byte[] {(byte) 0xF1, 0x07}, encode(Formats.I4, 1, -1, 7));
    // 0.5 is code 1 and -6 is code 15.
    assertArrayEquals(new byte[] {(byte) 0xF1, 0x02}, encode(Formats.E2M1, 0.5, -6, 1));
  }

  @Test
  void twoBitElementsShareAByteLowestBitsFirst() {
    // Codes 1, 3, 2, 0 and 1: 00'10'11'01 and 01.
    assertArrayEquals(new byte[] {0x2D, 0x01}, encode(Formats.I2, 1, -1, -2, 0, 1));
    assertArrayEquals(new byte[] {0x2D, 0x01}, encode(Formats.U2, 1, 3, 2, 0, 1));
  }

  @Test
  void sixBitElementsTakeAByteEach() {
    double[] values = {1, 2, 3, 63};
    for (int i = 0; i < values.length; i++) {
      values[i] = Formats.E2M3.decode((long) values[i]);
    }
    assertArrayEquals(new byte[] {1, 2, 3, 63}, encode(Formats.E2M3, values));
  }

  @Test
  void everyPartLiesInABufferOfItsOwn() {
    TensorType type = type("tensor<[2,32] x e2m1, scale<group 16, ue4m3, scale<tensor, f32>>, residual<i4>>");
    Random random = new Random(3);
    double[] elements = random.doubles(64).map(x -> 8 * x - 4).toArray();
    Tensor tensor = Quantize.nearest(type).eval(List.of(Tensor.of(type.plain(Formats.F32), elements)), type);
    HostTensor host = HostTensor.encode(tensor);
    assertEquals(
        List.of("elements", "scales", "scales.scales", "residual", "residual.scales", "residual.scales.scales"),
        List.copyOf(host.parts().keySet()));
    assertEquals(
        List.of(32L, 4L, 4L, 32L, 4L, 4L), host.parts().values().stream().map(MemorySegment::byteSize).toList());
    assertEquals(80, host.byteSize());
    assertTrue(host.decode().sameAs(tensor));
  }

  @Test
  void zeroPointsLieInABufferOfTheirOwn() {
    TensorType type = type("tensor<[3,32] x u4, scale<group 16, f16, zero u4>>");
    Tensor tensor = Quantize.nearest(type).eval(
        List.of(Tensor.of(type.plain(Formats.F32), new Random(4).doubles(96).toArray())), type);
    HostTensor host = HostTensor.encode(tensor);
    assertEquals(
        Map.of("elements", 48L, "scales", 12L, "zeros", 3L),
        Maps.transformValues(host.parts(), MemorySegment::byteSize));
    assertTrue(host.decode().sameAs(tensor));
  }

  private static TensorType type(String text) {
    return new TextReader(text, "test", Registry.core()).tensorType();
  }

  @Test
  void wideElementsAreLittleEndian() {
    assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3f}, encode(Formats.F32, 1));
    assertArrayEquals(new byte[] {0, 0x3c}, encode(Formats.F16, 1));
    assertArrayEquals(new byte[] {(byte) 0x80, 0x3f}, encode(Formats.BF16, 1));
    assertArrayEquals(new byte[] {4, 3, 2, 1}, encode(Formats.I32, 0x01020304));
    assertArrayEquals(new byte[] {2, 1}, encode(Formats.I16, 0x0102));
    assertArrayEquals(new byte[] {1, 0}, encode(Formats.BOOL, 1, 0));
    assertArrayEquals(new byte[] {(byte) 200}, encode(Formats.U8, 200));
  }

  @Test
  void scalesLieInABufferOfTheirOwn() {
    ScaleLayout perRow = new ScaleLayout(new Granularities.PerAxis(0), Formats.F32);
    TensorType type = TensorType.of(Shape.of(2, 2), Formats.I8).withScale(perRow);
    HostTensor host = HostTensor.encode(new Tensor(type, new double[] {1, 2, 3, -4}, new double[] {1, 0.5}));
    assertArrayEquals(new byte[] {1, 2, 3, -4}, bytes(host.data()));
    assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3f, 0, 0, 0, 0x3f}, bytes(host.parts().get("scales")));
    assertEquals(12, host.byteSize());
    assertTrue(host.decode().sameAs(new Tensor(type, new double[] {1, 2, 3, -4}, new double[] {1, 0.5})));
  }

  @Test
  void bytesOfTheWrongLengthAreRefused() {
    TensorType type = TensorType.of(Shape.of(3), Formats.I4);
    assertThrows(IllegalArgumentException.class, () -> HostTensor.of(type, MemorySegment.ofArray(new byte[3])));
    assertThrows(
        IllegalArgumentException.class,
        () -> new HostTensor(type, ImmutableMap.of(
            "elements", MemorySegment.ofArray(new byte[2]), "scales", MemorySegment.ofArray(new byte[4]))));
  }

  @Test
  void aSparseTensorLiesCompressed() {
    TensorType type = TensorType.of(Shape.of(1, 8), Formats.F16).withSparse(new SparseLayouts.NOfM(2, 4));
    Tensor tensor = Tensor.of(type, 0, 1, 0, 2, 3, 0, 0, 0);
    HostTensor host = HostTensor.encode(tensor);
    assertEquals(
        Map.of("elements", 8L, "metadata", 128L), Maps.transformValues(host.parts(), MemorySegment::byteSize));
    assertTrue(host.decode().sameAs(tensor));
  }

  @Test
  void aSparseTypeWithoutALayoutIsRefused() {
    TensorType sparse = TensorType.of(Shape.of(4, 5), Formats.F16).withSparse(new SparseLayouts.NOfM(2, 5));
    assertThrows(IllegalArgumentException.class, () -> HostTensor.zeros(sparse));
  }

  @Test
  void aTensorOfManyElementsIsCutIntoRangesThatDoNotMeet() {
    Random random = new Random(1);
    for (NumberFormat format : Formats.all()) {
      double[] codes = random.doubles(100_003).map(d -> format.round(d * 8 - 4)).toArray();
      Tensor tensor = Tensor.of(TensorType.of(Shape.of(codes.length), format), codes);
      assertTrue(HostTensor.encode(tensor).decode().sameAs(tensor), format.name());
    }
  }

  @Provide
  Arbitrary<NumberFormat> formats() {
    return Arbitraries.of(Formats.all());
  }

  /** Every bit pattern of a double: subnormals, infinities, NaN, ties and values out of range. */
  @Provide
  Arbitrary<double[]> values() {
    Arbitrary<Double> any = Arbitraries.longs().map(Double::longBitsToDouble);
    Arbitrary<Double> near = Combinators.combine(Arbitraries.integers().between(-600, 600),
        Arbitraries.integers().between(0, 12))
        .as((n, shift) -> Math.scalb((double) n, -shift));
    Arbitrary<Double> narrow = Arbitraries.integers().map(bits -> (double) Float.intBitsToFloat(bits));
    Arbitrary<Double> half = Arbitraries.integers().between(0, 65535)
        .map(bits -> (Float.float16ToFloat(bits.shortValue()) + (double) Float.float16ToFloat((short) (bits + 1))) / 2);
    return Arbitraries.oneOf(any, near, narrow, half).array(Double[].class).ofMinSize(1).ofMaxSize(40)
        .map(boxed -> Arrays.stream(boxed).mapToDouble(Double::doubleValue).toArray());
  }

  @Property(tries = 3000)
  void encodingIsThatOfTheFormat(@ForAll("formats") NumberFormat format, @ForAll("values") double[] values) {
    byte[] bytes = encode(format, values);
    int bits = format.storageBits();
    for (int i = 0; i < values.length; i++) {
      long code = 0;
      for (int bit = 0; bit < bits; bit++) {
        int at = i * bits + bit;
        code |= (long) (bytes[at / 8] >>> at % 8 & 1) << bit;
      }
      assertEquals(
          Long.toHexString(format.encode(values[i], Rounding.NEAREST_EVEN) << format.zeroBits()),
          Long.toHexString(code),
          format.name() + " of " + values[i]);
    }
  }

  @Property(tries = 2000)
  void decodingIsThatOfTheFormat(@ForAll("formats") NumberFormat format, @ForAll("values") double[] values) {
    Tensor tensor = Tensor.of(TensorType.of(Shape.of(values.length), format), values);
    double[] decoded = HostTensor.encode(tensor).decode().elements();
    for (int i = 0; i < values.length; i++) {
      assertEquals(format.round(values[i]), decoded[i], format.name() + " of " + values[i]);
    }
  }
}
