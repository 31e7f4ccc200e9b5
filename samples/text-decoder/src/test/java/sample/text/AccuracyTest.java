package sample.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import nibble.ir.eval.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sample.training.CrossEntropy;

/**
 * What the model says of a text that it was not trained on, with each recipe of attention, interpreted with the
 * roundings of kernels. The page of accuracy has longer measurements of all recipes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccuracyTest {
  private static final int PASSAGES = 8;
  private static final int KINDS = DecoderSizes.SAMPLE.characters();
  private final byte[] text = Reader.text();
  private final Tensor passages = Reader.passages(text, PASSAGES);
  private Said f32;

  /** The character held most probable at each place, and the mean cross-entropy in nats. */
  private record Said(int[] guesses, double entropy) {
    double percentAs(Said other) {
      int same = 0;
      for (int i = 0; i < guesses.length; i++) {
        same += guesses[i] == other.guesses[i] ? 1 : 0;
      }
      return 100.0 * same / guesses.length;
    }
  }

  @BeforeAll
  void readInF32() {
    f32 = read("none");
  }

  private Said read(String recipe) {
    float[] logits;
    try (Reader reader = Reader.of(recipe)) {
      logits = reader.read(passages);
    }
    int[] guesses = new int[PASSAGES * Reader.LENGTH];
    byte[] next = new byte[guesses.length];
    for (int i = 0; i < guesses.length; i++) {
      next[i] = text[i + 1];
      for (int kind = 1; kind < KINDS; kind++) {
        guesses[i] = logits[i * KINDS + kind] > logits[i * KINDS + guesses[i]] ? kind : guesses[i];
      }
    }
    return new Said(guesses, CrossEntropy.of(logits, next, new float[logits.length]));
  }

  @Test
  void inF32MostCharactersAreForeseen() {
    byte[] next = new byte[f32.guesses.length];
    System.arraycopy(text, 1, next, 0, next.length);
    int right = 0;
    for (int i = 0; i < next.length; i++) {
      right += f32.guesses[i] == next[i] ? 1 : 0;
    }
    System.out.printf(Locale.ROOT, "f32: %.4f nats, %d of %d right%n", f32.entropy, right, next.length);
    assertTrue(f32.entropy < 1.7 && 2 * right > next.length, f32.entropy + " nats, " + right + " right");
  }

  @ParameterizedTest
  @CsvSource({"f16, 0.001, 99.5", "flash, 0.001, 99.5", "sage1, 0.002, 99", "sage2, 0.005, 98", "sage2pp, 0.005, 98",
    "sage3, 0.05, 90"})
  void schemesOfAttentionCostLittle(String recipe, double nats, double percent) {
    Said said = read(recipe);
    System.out.printf(
        Locale.ROOT, "%s: %+.5f nats; as in f32: %.2f %%%n", recipe, said.entropy - f32.entropy, said.percentAs(f32));
    assertEquals(f32.entropy, said.entropy, nats);
    assertTrue(said.percentAs(f32) >= percent, said.percentAs(f32) + " %");
  }
}
