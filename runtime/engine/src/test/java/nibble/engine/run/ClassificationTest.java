package nibble.engine.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class ClassificationTest {
  private static final List<String> CLASSES = List.of("cat", "dog");

  private static Tensor rows(double... elements) {
    return Tensor.of(TensorType.of(Shape.of(elements.length / 2, 2), Formats.F32), elements);
  }

  @Test
  void theLargestLogitIsTheGuess() {
    Classification found =
        Classification.of(rows(0, Math.log(3), 1000, -1000, 2, 2), CLASSES, List.of("cat", "cat"));
    assertEquals(List.of("dog", "cat", "cat"), found.guesses().stream().map(Classification.Guess::name).toList());
    assertEquals(0.75, found.guesses().get(0).share(), 1e-12);
    assertEquals(1, found.guesses().get(1).share());
    assertEquals(0.5, found.guesses().get(2).share());
    assertEquals(Optional.of(false), found.guesses().get(0).right());
    assertEquals(Optional.empty(), found.guesses().get(2).right());
    assertEquals(2, found.labelled());
    assertEquals(1, found.right());
  }

  @Test
  void ofNaNNobodyIsSure() {
    assertTrue(Double.isNaN(Classification.of(rows(Double.NaN, 1), CLASSES, List.of()).guesses().get(0).share()));
  }
}
