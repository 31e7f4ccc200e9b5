package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import nibble.ir.diagnostic.InputException;

/** The formats of weight files. */
enum WeightFileFormat {
  NPY("npy") {
    @Override
    boolean begins(MappedFile file) {
      return startsWith(file, NpyHeader.MAGIC);
    }

    @Override
    ImmutableMap<String, FileTensor> read(MappedFile file) {
      return NpyReader.read(file);
    }
  },
  NPZ("npz") {
    @Override
    boolean begins(MappedFile file) {
      // An archive without entries begins with its end record.
      return startsWith(file, new byte[] {'P', 'K', 3, 4}) || startsWith(file, new byte[] {'P', 'K', 5, 6});
    }

    @Override
    ImmutableMap<String, FileTensor> read(MappedFile file) {
      return NpzReader.read(file);
    }
  },
  SAFETENSORS("safetensors") {
    @Override
    boolean begins(MappedFile file) {
      long header = file.size() > Long.BYTES ? file.u64(0) : -1;
      return header >= 0 && header <= SafetensorsReader.MAX_HEADER && file.u8(Long.BYTES) == '{';
    }

    @Override
    ImmutableMap<String, FileTensor> read(MappedFile file) {
      return SafetensorsReader.read(file);
    }
  },
  ONNX("onnx") {
    @Override
    boolean begins(MappedFile file) {
      // The first field of a ModelProto is nearly always its IR version, a small number.
      return file.size() > 2 && file.u8(0) == 0x08 && file.u8(1) < 0x80;
    }

    @Override
    ImmutableMap<String, FileTensor> read(MappedFile file) {
      return OnnxReader.read(file);
    }
  };

  private final String extension;

  WeightFileFormat(String extension) {
    this.extension = extension;
  }

  abstract boolean begins(MappedFile file);

  abstract ImmutableMap<String, FileTensor> read(MappedFile file);

  /** Opens a file; what it contains counts, and its name only where the content leaves it open. */
  static WeightFile open(Path path) {
    MappedFile file = MappedFile.open(path);
    try {
      WeightFileFormat format = recognise(file);
      return new StoredWeights(file, format.extension, format.read(file));
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static WeightFileFormat recognise(MappedFile file) {
    if (file.size() == 0) {
      throw file.fault().of("is empty");
    }
    for (WeightFileFormat format : values()) {
      if (format.begins(file)) {
        return format;
      }
    }
    return named(file.path()).orElseThrow(() -> unknown(file));
  }

  private static Optional<WeightFileFormat> named(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    for (WeightFileFormat format : values()) {
      if (name.endsWith("." + format.extension)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  private static InputException unknown(MappedFile file) {
    return file.fault().of(
        "is no weight file that Nibble knows", "known are .safetensors, .npz, .npy and .onnx files");
  }

  private static boolean startsWith(MappedFile file, byte[] magic) {
    if (file.size() < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if (file.u8(i) != (magic[i] & 0xff)) {
        return false;
      }
    }
    return true;
  }
}
