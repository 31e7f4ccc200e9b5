package nibble.ir.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhiloxTest {
  /** The known answers of philox4x32 with 10 rounds of the Random123 distribution: counter, key, words. */
  @ParameterizedTest
  @CsvSource({
      "00000000 00000000 00000000 00000000,00000000 00000000,6627e8d5 e169c58d bc57ac4c 9b00dbd8",
      "ffffffff ffffffff ffffffff ffffffff,ffffffff ffffffff,408f276d 41c83b0e a20bc7c6 6d5451fd",
      "243f6a88 85a308d3 13198a2e 03707344,a4093822 299f31d0,d16cfe09 94fdcceb 5001e420 24126ea1"})
  void knownAnswers(String counter, String key, String words) {
    int[] c = words(counter);
    int[] k = words(key);
    assertEquals(Arrays.toString(words(words)),
        Arrays.toString(Philox.block(c[0], c[1], c[2], c[3], k[0], k[1])));
  }

  private static int[] words(String text) {
    return Arrays.stream(text.split(" ")).mapToInt(word -> Integer.parseUnsignedInt(word, 16)).toArray();
  }

  @Test
  void fourWordsOfACounterFollowEachOther() {
    assertEquals(
        List.of(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8),
        List.of(Philox.word(0, 0, 0, 0), Philox.word(0, 0, 1, 0), Philox.word(0, 0, 2, 0), Philox.word(0, 0, 3, 0)));
    assertEquals(Philox.block(1, 0, 0, 0, 7, 9)[0], Philox.word(7, 9, 4, 0));
    assertEquals(Philox.block(0, 1, 2, 0, 7, 9)[3], Philox.word(7, 9, (1L << 34) + 3, 2));
  }
}
