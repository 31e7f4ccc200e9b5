package nibble.engine.file;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.engine.tensor.HostBytes;
import nibble.engine.tensor.PackedLayout;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.NumberFormat;

/**
 * What an ONNX {@code TensorProto} says of itself.
 *
 * @param message the message
 * @param name its name
 * @param extents its dims
 * @param type its element type
 * @param raw its {@code raw_data}, where it has some
 * @param external whether its data lie in another file
 */
record OnnxTensor(
    MemorySegment message, String name, Extents extents, OnnxType type, Optional<MemorySegment> raw, boolean external) {
  private static final int DIMS = 1;
  private static final int DATA_TYPE = 2;
  private static final int NAME = 8;
  private static final int RAW_DATA = 9;
  private static final int DATA_LOCATION = 14;

  static OnnxTensor parse(MemorySegment message, FileFault file) throws IOException {
    ProtoReader fields = new ProtoReader(message);
    List<Long> dims = new ArrayList<>();
    String name = "";
    int type = 0;
    MemorySegment raw = null;
    boolean external = false;
    for (int field = fields.next(); field != 0; field = fields.next()) {
      switch (field) {
        case DIMS -> readDims(fields, dims, file);
        case DATA_TYPE -> type = (int) fields.number();
        case NAME -> name = fields.text();
        case RAW_DATA -> raw = fields.bytes();
        case DATA_LOCATION -> external = fields.number() == 1;
        default -> fields.skip();
      }
    }
    return new OnnxTensor(
        message, name, new Extents(ImmutableList.copyOf(dims)), OnnxType.of(type), Optional.ofNullable(raw), external);
  }

  private static void readDims(ProtoReader fields, List<Long> dims, FileFault file) throws IOException {
    if (fields.isBytes()) {
      PackedNumbers packed = new PackedNumbers(fields.bytes());
      while (packed.hasNext()) {
        dims.add(packed.varint());
        requireFewAxes(dims, file);
      }
    } else {
      dims.add(fields.number());
      requireFewAxes(dims, file);
    }
  }

  private static void requireFewAxes(List<Long> dims, FileFault file) {
    if (dims.size() > 1000) {
      throw file.of("a tensor claims more than 1000 axes");
    }
  }

  /** The tensor, checked as far as its data need not be unpacked. */
  FileTensor toFileTensor(FileFault file) {
    if (external) {
      return new RefusedTensor(
          file, name, "has its data in another file",
          "save the model as one file, or convert its weights to safetensors");
    }
    if (type.format().isEmpty()) {
      return new RefusedTensor(
          file, name, "has elements of the ONNX type " + type.name() + ", which Nibble has no number format for",
          "convert it to a type that Nibble reads");
    }
    NumberFormat format = type.format().get();
    if (raw.isPresent()) {
      TensorType rawType = extents.typeOf(format, raw.get().byteSize(), file, name);
      return new StoredTensor(name, rawType, ElementOrder.MEMORY, raw::get);
    }
    extents.fault().ifPresent(what -> {
      throw file.tensor(name, what);
    });
    TensorType typed = extents.typeOf(format);
    long expected = PackedLayout.of(typed).elementBytes();
    // Each number takes at least one byte of the message, whatever it unpacks to.
    if (expected / unit(format) > message.byteSize()) {
      throw file.tensor(
          name, "claims the type " + typed + ", but only " + message.byteSize() + " bytes describe it");
    }
    return new StoredTensor(name, typed, ElementOrder.MEMORY, () -> unpack(expected, unit(format), file));
  }

  // Two 4-bit elements share a number, as they share a byte.
  private static int unit(NumberFormat format) {
    return Math.max(1, format.storageBits() / Byte.SIZE);
  }

  private MemorySegment unpack(long expected, int unit, FileFault file) {
    MemorySegment target = HostBytes.allocate(expected, file.path() + ": tensor " + FileFault.quoted(name));
    try {
      ProtoReader fields = new ProtoReader(message);
      long at = 0;
      for (int field = fields.next(); field != 0; field = fields.next()) {
        if (field != type.field()) {
          fields.skip();
        } else if (fields.isBytes()) {
          at = unpack(new PackedNumbers(fields.bytes()), target, at, unit, file);
        } else {
          at = put(fields.number(), target, at, unit, file);
        }
      }
      if (at != expected) {
        throw file.tensor(name, "has " + at / unit + " of the " + expected / unit + " numbers that its shape "
            + extents + " takes");
      }
      return target;
    } catch (IOException e) {
      throw file.tensor(name, "is damaged: " + e.getMessage());
    }
  }

  private long unpack(PackedNumbers numbers, MemorySegment target, long start, int unit, FileFault file)
      throws IOException {
    long at = start;
    while (numbers.hasNext()) {
      long number = switch (type.field()) {
        case OnnxType.FLOAT_DATA -> numbers.fixed(Integer.BYTES);
        case OnnxType.DOUBLE_DATA -> numbers.fixed(Long.BYTES);
        default -> numbers.varint();
      };
      at = put(number, target, at, unit, file);
    }
    return at;
  }

  private long put(long number, MemorySegment target, long at, int unit, FileFault file) throws InputException {
    if (at + unit > target.byteSize()) {
      throw file.tensor(name, "has more numbers than its shape " + extents + " takes");
    }
    for (int b = 0; b < unit; b++) {
      target.set(ValueLayout.JAVA_BYTE, at + b, (byte) (number >>> Byte.SIZE * b));
    }
    return at + unit;
  }
}
