package nibble.engine.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;

/** Writes {@code .safetensors} files. */
public final class SafetensorsFile {
  private static final int ALIGNMENT = 8;

  private SafetensorsFile() {}

  /**
   * Writes named tensors in the order of the map.
   *
   * @param metadata free text by key
   * @throws nibble.ir.diagnostic.InputException where the format has no name for a type, or the file can't be written
   */
  public static void write(Path path, Map<String, HostTensor> tensors, Map<String, String> metadata) {
    tensors.forEach((name, tensor) -> requireKnown(path, name, tensor.type()));
    FileWriting.write(path, out -> write(out, tensors, metadata));
  }

  /**
   * The content of a file with tensors of any type: parts of those that are quantized or sparse are tensors by
   * themselves, and the metadata has their types, so that they are read as what they were. Parts whose format has no
   * name there are bytes, and tf32 are f32.
   *
   * @throws IllegalArgumentException where a name of a part is that of another tensor
   */
  public static StagedFiles.Content checkpoint(Map<String, Tensor> tensors) {
    return out -> {
      Map<String, HostTensor> parts = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      tensors.forEach((name, tensor) -> {
        TensorType type = tensor.type();
        boolean isTyped = !type.isPlain() || !PartedTensor.stored(type).equals(type);
        if (isTyped) {
          metadata.put(SafetensorsReader.TYPE + name, type.toString());
        }
        HostTensor host = HostTensor.encode(tensor);
        type.parts().forEach(part -> {
          MemorySegment bytes = host.parts().get(part.name());
          HostTensor stored = HostTensor.of(PartedTensor.stored(part.type()), bytes);
          if (parts.put(PartedTensor.nameOf(name, part.name()), stored) != null) {
            throw new IllegalArgumentException("two tensors are called " + PartedTensor.nameOf(name, part.name()));
          }
        });
      });
      write(out, parts, metadata);
    };
  }

  private static void write(OutputStream out, Map<String, HostTensor> tensors, Map<String, String> metadata)
      throws IOException {
    byte[] header = header(tensors, metadata);
    out.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
    out.write(header);
    for (HostTensor tensor : tensors.values()) {
      FileWriting.copy(tensor.data(), out);
    }
  }

  private static byte[] header(Map<String, HostTensor> tensors, Map<String, String> metadata) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long offset = 0;
      for (Map.Entry<String, HostTensor> entry : tensors.entrySet()) {
        HostTensor tensor = entry.getValue();
        int[] extents = tensor.type().shape().extents();
        json.writeObjectFieldStart(entry.getKey());
        json.writeStringField("dtype", SafetensorsReader.TYPES.inverse().get(tensor.type().format()));
        json.writeFieldName("shape");
        json.writeArray(extents, 0, extents.length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {offset, offset + tensor.data().byteSize()}, 0, 2);
        json.writeEndObject();
        offset += tensor.data().byteSize();
      }
      json.writeEndObject();
    }
    byte[] header = bytes.toByteArray();
    byte[] padded = Arrays.copyOf(header, Math.ceilDiv(header.length, ALIGNMENT) * ALIGNMENT);
    Arrays.fill(padded, header.length, padded.length, (byte) ' ');
    return padded;
  }

  private static void requireKnown(Path path, String name, TensorType type) {
    if (!type.isPlain() || !SafetensorsReader.TYPES.inverse().containsKey(type.format())) {
      throw new FileFault(path).tensor(
          name, "of type " + type + " can't be written to a safetensors file",
          "written are plain tensors of " + String.join(", ", SafetensorsReader.TYPES.keySet()));
    }
  }
}
