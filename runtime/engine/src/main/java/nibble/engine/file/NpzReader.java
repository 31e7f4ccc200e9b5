package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads {@code .npz} archives: each member {@code NAME.npy} is the tensor {@code NAME}. Other members are passed over.
 */
final class NpzReader {
  private static final String ENDING = ".npy";

  private NpzReader() {}

  static ImmutableMap<String, FileTensor> read(MappedFile file) {
    Map<String, FileTensor> tensors = new LinkedHashMap<>();
    for (ZipMember member : ZipDirectory.read(file)) {
      if (!member.name().endsWith(ENDING)) {
        continue;
      }
      String name = member.name().substring(0, member.name().length() - ENDING.length());
      if (tensors.put(name, NpyReader.read(name, member, file.fault())) != null) {
        throw file.fault().tensor(name, "is in the archive twice");
      }
    }
    return ImmutableMap.copyOf(tensors);
  }
}
