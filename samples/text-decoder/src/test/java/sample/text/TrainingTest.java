package sample.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import nibble.engine.file.WeightFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sample.training.Parameter;

/** The program that trained the weights: it learns, the same each time, and its model is that of the sample. */
class TrainingTest {
  private static final DecoderSizes SMALL = new DecoderSizes(128, 32, 2, 1, 32, 1);
  private static final int SEQUENCES = 4;
  private static final int TOKENS = 32;
  private static final int STEPS = 150;
  private static final int PASSAGES = 4;

  private final byte[] text = Reader.text();

  @Test
  void trainingLearnsTheSameEachTime() {
    List<Double> losses = new ArrayList<>();
    Training first = new Training(SMALL, SEQUENCES, TOKENS, text, 1);
    first.run(STEPS, (step, loss) -> losses.add(loss));
    assertEquals(STEPS, losses.size());
    // All characters alike cost 4.85 nats each.
    assertTrue(losses.getFirst() > 4.5 && losses.getLast() < 3, losses.getFirst() + ", " + losses.getLast());

    Training second = new Training(SMALL, SEQUENCES, TOKENS, text, 1);
    second.run(STEPS, (step, loss) -> assertEquals(losses.get(step), loss));
    assertEquals(first.loss(text, 2), second.loss(text, 2));
  }

  /** The trainer's f32 arithmetic and the interpreted language know nothing of each other. */
  @Test
  void theModelThatIsTrainedIsThatOfTheSample() {
    Decoder model = new Decoder(PASSAGES, Reader.LENGTH, DecoderSizes.SAMPLE, new SplittableRandom(1));
    Map<String, Parameter> parameters =
        model.parameters().stream().collect(Collectors.toMap(Parameter::name, parameter -> parameter));
    try (WeightFile weights = WeightFile.open(Reader.sample().weights().orElseThrow().locate())) {
      assertEquals(parameters.keySet(), weights.names());
      parameters.forEach((name, parameter) -> {
        double[] values = weights.weight(name, weights.find(name).orElseThrow()).values();
        for (int i = 0; i < values.length; i++) {
          parameter.value()[i] = (float) values[i];
        }
      });
    }
    float[] expected = model.forward(Arrays.copyOf(text, PASSAGES * Reader.LENGTH));
    try (Reader reader = Reader.of("none")) {
      assertArrayEquals(expected, reader.read(Reader.passages(text, PASSAGES)), 2e-3f);
    }
  }

  @Test
  void placesOfVersesAreNoPartOfTheText(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("verses");
    Files.writeString(file, "Ge1:3 And God said, Let there be light: and there was light.\nJas1:1 James, a servant\n");
    Verses verses = Verses.read(file);
    assertEquals(
        "And God said, Let there be light: and there was light.\n",
        new String(verses.training(), StandardCharsets.US_ASCII));
    assertEquals("James, a servant\n", new String(verses.heldOut(), StandardCharsets.US_ASCII));
    Files.writeString(file, "Jas1:1 James, a servant\n");
    assertThrows(IOException.class, () -> Verses.read(file));
  }
}
