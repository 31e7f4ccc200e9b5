package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.function.UnaryOperator;
import nibble.emulator.tma.Swizzle;
import nibble.emulator.tma.TensorDescriptor;
import nibble.emulator.tma.TensorElement;
import org.junit.jupiter.api.Test;

/** Tensor maps are refused where the driver's cuTensorMapEncodeTiled refuses them. */
class TensorMapTest {
  private static TensorMap matrix() {
    return TensorMap.of(TensorElement.F16, 1 << 20).dimensions(64, 100).strides(128).box(64, 8);
  }

  @Test
  void isRead() {
    byte[] bytes = matrix().swizzle(Swizzle.B128_ATOM_32B).elementStrides(1, 2).fillWithNan().encode();
    assertEquals(TensorDescriptor.BYTES, bytes.length);
    TensorDescriptor map = TensorDescriptor.decode(bytes);
    assertEquals(TensorElement.F16, map.element());
    assertArrayEquals(new long[] {64, 100}, map.dimensions());
    assertArrayEquals(new long[] {128}, map.strides());
    assertArrayEquals(new int[] {64, 8}, map.box());
    assertArrayEquals(new int[] {1, 2}, map.steps());
    assertEquals(Swizzle.B128_ATOM_32B, map.swizzle());
    assertTrue(map.fillsNan());
    assertEquals(4, map.rows());
    assertEquals(128, map.rowBytes());
    assertArrayEquals(bytes, map.encode());
  }

  @Test
  void refuses() {
    Map<String, UnaryOperator<TensorMap>> cases =
        Map.of(
            "strides are multiples of 16", it -> it.strides(120),
            "extents are 1 to 256, not 257", it -> it.box(64, 257),
            "extents are 1 to 2^32", it -> it.dimensions(64, 0),
            "a multiple of 16 bytes, not 8", it -> it.box(4, 8),
            "longer than the 64 of its swizzle", it -> it.swizzle(Swizzle.B64),
            "steps between elements are 1 to 8, not 9", it -> it.elementStrides(1, 9),
            "one stride less", it -> it.strides(128, 256));
    cases.forEach(
        (message, change) -> {
          TensorMap map = change.apply(matrix());
          String found = assertThrows(IllegalArgumentException.class, map::encode).getMessage();
          assertTrue(found.contains(message), found);
        });
    TensorMap integers =
        TensorMap.of(TensorElement.U8, 0).dimensions(64).box(64).fillWithNan();
    assertTrue(
        assertThrows(IllegalArgumentException.class, integers::encode).getMessage().contains("no NaN to fill with"));
    TensorMap crooked = TensorMap.of(TensorElement.U8, 8).dimensions(64).box(64);
    assertTrue(
        assertThrows(IllegalArgumentException.class, crooked::encode).getMessage().contains("a multiple of 16"));
  }
}
