package sample.training;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.engine.file.SafetensorsFile;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/** Parameters as a file of weights in f32. */
public final class ParameterFile {
  private ParameterFile() {}

  /**
   * Writes a file.
   *
   * @param trainer the program that writes it, which the file names
   */
  public static void write(Path file, List<Parameter> parameters, Class<?> trainer) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      long[] extents = new long[parameter.extents().length];
      for (int i = 0; i < extents.length; i++) {
        extents[i] = parameter.extents()[i];
      }
      float[] values = parameter.value();
      TensorType type = TensorType.of(Shape.of(extents), Formats.F32);
      tensors.put(parameter.name(), HostTensor.encode(Tensor.generate(type, i -> values[i])));
    }
    SafetensorsFile.write(file, tensors, Map.of("trained by", trainer.getName()));
  }
}
