package nibble.codegen.layout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SharedLayoutTest {
  @ParameterizedTest
  @EnumSource
  void swizzleIsItsOwnInverseAndRepeats(SwizzleMode mode) {
    for (int offset = 0; offset < 4096; offset++) {
      assertEquals(offset, mode.apply(mode.apply(offset)));
      assertEquals(mode.apply(offset) + mode.repeat(), mode.apply(offset + mode.repeat()));
    }
  }

  /** The modes by rows and units, as the PTX ISA tells them. */
  @ParameterizedTest
  @CsvSource({
      "BYTES_32,16,4,1", "BYTES_64,16,2,3", "BYTES_128,16,1,7", "BYTES_128_ATOM_32,32,1,3", "BYTES_128_ATOM_64,64,1,1"})
  void swizzleExchangesUnitsOfARow(SwizzleMode mode, int unit, int rowDivisor, int mask) {
    for (int row = 0; row < 16; row++) {
      for (int byteInRow = 0; byteInRow < mode.span(); byteInRow++) {
        int moved = byteInRow / unit ^ row / rowDivisor & mask;
        assertEquals(row * mode.span() + moved * unit + byteInRow % unit, mode.apply(row * mode.span() + byteInRow));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"4,256", "8,128", "16,64", "16,128", "32,64"})
  void swizzledTileIsPanelAfterPanel(int bits, int columns) {
    int rows = 16;
    SharedLayout shared = SharedLayout.swizzled(SwizzleMode.BYTES_128, bits, rows, columns);
    int panel = 1024 / bits;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        int inPanel = column % panel * bits / 8;
        int expected = column / panel * rows * 128 + row * 128 + (inPanel ^ (row & 7) << 4);
        assertEquals(expected, shared.address(row, column));
      }
    }
    assertEquals(rows * columns * bits / 8, shared.bytes());
  }

  @Test
  void rowMajorAddresses() {
    SharedLayout shared = SharedLayout.rowMajor(16, 8, 32);
    assertEquals((5 * 32 + 9) * 2, shared.address(5, 9));
    LinearLayout addresses =
        shared.addresses(BlockedLayout.of(new int[] {1, 8}, new int[] {8, 4}, new int[] {1, 1}, 1, 0).toLayout());
    assertArrayEquals(new int[] {(3 * 32 + 2 * 8 + 5) * 2}, addresses.apply(5, 3 * 4 + 2, 0));
  }

  @Test
  void layoutMustBeABijectionOfOffsets() {
    assertThrows(IllegalArgumentException.class, () -> new SharedLayout(LinearLayout.identity("lane", 4, "dim0"), 8));
    assertThrows(
        IllegalArgumentException.class, () -> new SharedLayout(LinearLayout.broadcast("offset", 4), 8));
    assertThrows(IllegalArgumentException.class, () -> SharedLayout.rowMajor(6, 8));
  }
}
