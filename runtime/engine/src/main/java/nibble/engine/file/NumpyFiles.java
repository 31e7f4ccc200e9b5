package nibble.engine.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;

/** Writes {@code .npy} and {@code .npz} files: row-major and little-endian. */
public final class NumpyFiles {
  private static final int PIECE = 1 << 20;
  // The first moment that an archive can name.
  private static final LocalDateTime EPOCH = LocalDateTime.of(1980, 1, 1, 0, 0);

  private NumpyFiles() {}

  /**
   * Writes one array.
   *
   * @throws nibble.ir.diagnostic.InputException where NumPy has no dtype for the format, or the file can't be written
   */
  public static void writeNpy(Path path, HostTensor tensor) {
    FileWriting.write(path, npy(path, tensor));
  }

  /**
   * The content of a file of one array.
   *
   * @param path named in messages
   * @throws nibble.ir.diagnostic.InputException where NumPy has no dtype for the format
   */
  public static StagedFiles.Content npy(Path path, HostTensor tensor) {
    byte[] header = header(path, path.getFileName().toString(), tensor);
    return out -> {
      out.write(header);
      FileWriting.copy(tensor.data(), out);
    };
  }

  /**
   * Writes an archive of named arrays, uncompressed as {@code numpy.savez} does.
   *
   * @throws nibble.ir.diagnostic.InputException where NumPy has no dtype for a format, or the file can't be written
   */
  public static void writeNpz(Path path, Map<String, HostTensor> tensors) {
    tensors.forEach((name, tensor) -> header(path, name, tensor));
    FileWriting.write(path, out -> {
      ZipOutputStream archive = new ZipOutputStream(out);
      for (Map.Entry<String, HostTensor> tensor : tensors.entrySet()) {
        byte[] header = header(path, tensor.getKey(), tensor.getValue());
        add(archive, tensor.getKey() + ".npy", header, tensor.getValue().data());
      }
      archive.finish();
    });
  }

  private static void add(ZipOutputStream archive, String name, byte[] header, MemorySegment data)
      throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(header.length + data.byteSize());
    entry.setCrc(checksum(header, data));
    // The same content makes the same file.
    entry.setTimeLocal(EPOCH);
    archive.putNextEntry(entry);
    archive.write(header);
    FileWriting.copy(data, archive);
    archive.closeEntry();
  }

  private static long checksum(byte[] header, MemorySegment data) {
    CRC32 sum = new CRC32();
    sum.update(header);
    for (long at = 0; at < data.byteSize(); at += PIECE) {
      ByteBuffer piece = data.asSlice(at, Math.min(PIECE, data.byteSize() - at)).asByteBuffer();
      sum.update(piece);
    }
    return sum.getValue();
  }

  private static byte[] header(Path path, String name, HostTensor tensor) {
    TensorType type = tensor.type();
    FileFault fault = new FileFault(path);
    if (!type.isPlain()) {
      throw fault.tensor(name, "of type " + type + " has scales, which NumPy files can't hold",
          "write its codes and its scales apart");
    }
    return NpyHeader.of(type.format(), Arrays.stream(type.shape().extents()).mapToObj(Long::valueOf).toList())
        .orElseThrow(() -> fault.tensor(
            name, "has the format " + type.format().name() + ", which NumPy has no dtype for",
            "cast it to f32, or write a .safetensors file"))
        .bytes();
  }
}
