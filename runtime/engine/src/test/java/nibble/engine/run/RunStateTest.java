package nibble.engine.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.Map;
import nibble.engine.file.FileWriting;
import nibble.engine.file.SafetensorsFile;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunStateTest {
  @TempDir private Path folder;

  /** What passes keep: magnitudes and deltas, counts, truth values. */
  @Test
  void whatIsSavedIsReadBack() {
    RunState state = new RunState(ImmutableList.of(
        Tensor.generate(TensorType.of(Shape.of(16, 1, 1), Formats.F32), i -> 0.25 * i),
        Tensor.generate(TensorType.of(Shape.of(3, 5), Formats.BF16), i -> i - 7),
        Tensor.of(TensorType.of(Shape.SCALAR, Formats.I32), 4),
        Tensor.of(TensorType.of(Shape.SCALAR, Formats.BOOL), 1)));
    Path file = folder.resolve("state.safetensors");
    FileWriting.write(file, state.content());
    RunState read = RunState.read(file);
    assertEquals(state.tensors().size(), read.tensors().size());
    for (int i = 0; i < read.tensors().size(); i++) {
      assertEquals(state.tensors().get(i).type(), read.tensors().get(i).type());
      assertTrue(state.tensors().get(i).sameAs(read.tensors().get(i)));
    }
  }

  @Test
  void otherFilesHoldNone() {
    Path file = folder.resolve("weights.safetensors");
    Tensor weight = Tensor.generate(TensorType.of(Shape.of(2), Formats.F32), i -> i);
    SafetensorsFile.write(file, Map.of("w", HostTensor.encode(weight)), Map.of());
    assertEquals(file + ": it holds no state of a run",
        assertThrows(InputException.class, () -> RunState.read(file)).getMessage());
  }
}
