package nibble.engine.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class SimilarityTest {
  private static RunReport report(int texts, Tensor... outputs) {
    ModelInputs inputs = new ModelInputs(
        ImmutableList.of(), ImmutableList.copyOf(Collections.nCopies(texts, "a text")));
    return new RunReport(
        null,
        ImmutableList.of(new RunStep(inputs, ImmutableList.copyOf(outputs), 0, Optional.empty(), Optional.empty())),
        RunState.FIRST, "emulator", "", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
        ImmutableMap.of());
  }

  private static Tensor matrix(int rows, double... elements) {
    return Tensor.of(TensorType.of(Shape.of(rows, elements.length / rows), Formats.F32), elements);
  }

  @Test
  void rowsAreComparedByTheirAngle() {
    double[][] cosines = Similarity.of(report(3, matrix(3, 3, 0, 0, 2, -1, -1))).orElseThrow().cosines();
    assertEquals(1, cosines[0][0], 1e-12);
    assertEquals(0, cosines[0][1], 1e-12);
    assertEquals(-Math.sqrt(0.5), cosines[2][0], 1e-12);
    assertEquals(cosines[2][1], cosines[1][2], 1e-12);
  }

  @Test
  void theOutputIsTheOneWithARowForEachText() {
    Tensor other = matrix(1, 1, 2);
    assertEquals(2, Similarity.of(report(2, other, matrix(2, 1, 2, 3, 4))).orElseThrow().cosines().length);
    for (RunReport none : List.of(report(2, other), report(1, other), report(0, other))) {
      assertTrue(Similarity.of(none).isEmpty());
    }
  }
}
