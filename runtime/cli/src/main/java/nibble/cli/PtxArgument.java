package nibble.cli;

import com.google.common.math.LongMath;
import com.google.common.primitives.Ints;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ObjIntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.emulator.Argument;
import nibble.emulator.TensorMap;
import nibble.emulator.tma.Swizzle;
import nibble.emulator.tma.TensorElement;
import nibble.engine.file.NumpyArray;
import nibble.ir.diagnostic.InputException;

/** An argument of {@code ptx run}. */
sealed interface PtxArgument {
  String name();

  /** Bytes of the parameter. */
  int size();

  /**
   * A buffer in global memory.
   *
   * @param extents of the array that is saved
   */
  record Buffer(String name, ElementKind kind, List<Long> extents, byte[] bytes) implements PtxArgument {
    @Override
    public int size() {
      return Long.BYTES;
    }
  }

  /** A number. */
  record Scalar(String name, ElementKind kind, byte[] bytes) implements PtxArgument {
    @Override
    public int size() {
      return kind.bytes();
    }
  }

  /**
   * A tensor map of a buffer, whose elements lie in row-major order.
   *
   * @param extents of the tensor
   * @param buffer name of the argument
   * @param box extents of what one instruction copies
   * @param swizzle bytes of a row in which 16-byte chunks trade places; 0 for none
   */
  record Map(String name, List<Long> extents, String buffer, List<Long> box, int swizzle) implements PtxArgument {
    @Override
    public int size() {
      return TensorMap.BYTES;
    }

    /**
     * The map.
     *
     * @throws UsageException where there can be none like that
     */
    Argument encode(ElementKind kind, long address) {
      TensorElement element = switch (kind.bytes()) {
        case 1 -> TensorElement.U8;
        case 2 -> TensorElement.U16;
        case 4 -> TensorElement.U32;
        default -> TensorElement.U64;
      };
      int rank = extents.size();
      long[] strides = new long[rank - 1];
      for (int i = 0; i < rank - 1; i++) {
        strides[i] = LongMath.saturatedMultiply(extents.get(rank - 1 - i), i == 0 ? kind.bytes() : strides[i - 1]);
      }
      try {
        return TensorMap.of(element, address)
            .dimensions(extents.reversed().stream().mapToLong(Long::longValue).toArray()).strides(strides)
            .box(box.reversed().stream().mapToInt(Ints::saturatedCast).toArray())
            .swizzle(swizzle == 0 ? Swizzle.NONE : Swizzle.valueOf("B" + swizzle)).argument();
      } catch (IllegalArgumentException e) {
        throw new UsageException("the tensor map '" + name + "' can't be: " + e.getMessage(), MAP_HINT);
      }
    }
  }

  Pattern FORM = Pattern.compile("(\\w+):(\\w+)(?:\\[([\\d,x ]*)])?=(.*)");
  Pattern MAP = Pattern.compile("(\\w+):map\\[([\\d,x ]+)]=(\\w+)/([\\d,x ]+)(?:/(0|32|64|128))?");
  String MAP_HINT = "write name:map[4096,1024]=BUFFER/128,64/128: extents, box, and the swizzle's bytes";
  Pattern RANDOM = Pattern.compile("random(?::(\\d{1,18}))?");
  long MAX_BYTES = 1L << 31;

  /**
   * Reads an argument: {@code x:f32[1024]=@in.npy}, {@code y:f32[1024]=zeros}, {@code n:s32=1000}. A buffer may also be
   * {@code iota} (0, 1, 2, ...; integers wrap) or {@code random} or {@code random:SEED} (numbers from [-1, 1), or all
   * codes of integers). A tensor map is {@code m:map[4096,1024]=x/128,64/128}: extents, buffer, box, swizzle.
   *
   * @throws UsageException where it is none of these
   * @throws InputException where the array does not fit
   */
  static PtxArgument parse(String text) {
    Matcher map = MAP.matcher(text);
    if (map.matches()) {
      return map(map, text);
    }
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new UsageException(
          "'" + text + "' is no argument",
          "write name:f32[1024]=@file.npy, name:f32[1024]=zeros or name:s32=1000");
    }
    ElementKind kind = ElementKind.of(form.group(2));
    if (form.group(3) == null) {
      return new Scalar(form.group(1), kind, kind.parse(form.group(4)));
    }
    List<Long> extents = extents(form.group(3), text);
    return new Buffer(form.group(1), kind, extents, content(form.group(4), kind, count(extents, kind, text), text));
  }

  private static Map map(Matcher map, String text) {
    List<Long> extents = extents(map.group(2), text);
    List<Long> box = extents(map.group(4), text);
    if (extents.size() != box.size()) {
      throw new UsageException("'" + text + "' has a box of " + box.size() + " extents", MAP_HINT);
    }
    return new Map(
        map.group(1), extents, map.group(3), box, map.group(5) == null ? 0 : Integer.parseInt(map.group(5)));
  }

  private static List<Long> extents(String text, String argument) {
    List<Long> extents = new ArrayList<>();
    for (String extent : text.split("[,x]", -1)) {
      try {
        extents.add(Long.parseLong(extent.strip()));
      } catch (NumberFormatException e) {
        throw new UsageException("'" + argument + "' has an extent that is no number", "write [4,256]");
      }
    }
    return extents;
  }

  private static int count(List<Long> extents, ElementKind kind, String argument) {
    long bytes = kind.bytes();
    for (long extent : extents) {
      bytes = extent > 0 && bytes >= Math.ceilDiv(MAX_BYTES, extent) ? MAX_BYTES : bytes * extent;
    }
    if (bytes >= MAX_BYTES && !extents.contains(0L)) {
      throw new UsageException("'" + argument + "' takes 2 GiB or more", "a buffer must be smaller");
    }
    return extents.contains(0L) ? 0 : (int) (bytes / kind.bytes());
  }

  private static byte[] content(String source, ElementKind kind, int count, String argument) {
    if (source.equals("zeros")) {
      return new byte[count * kind.bytes()];
    }
    if (source.startsWith("@")) {
      return file(Path.of(source.substring(1)), kind, count);
    }
    if (source.equals("iota")) {
      return generate(kind, count, kind.isFloat()
          ? (buffer, i) -> kind.put(buffer, (double) i) : (buffer, i) -> kind.put(buffer, (long) i));
    }
    Matcher seeded = RANDOM.matcher(source);
    if (seeded.matches()) {
      Random random = new Random(seeded.group(1) == null ? 1 : Long.parseLong(seeded.group(1)));
      return generate(kind, count, kind.isFloat()
          ? (buffer, i) -> kind.put(buffer, random.nextFloat() * 2.0 - 1)
          : (buffer, i) -> kind.put(buffer, random.nextLong()));
    }
    throw new UsageException("'" + argument + "' says '" + source + "'", "known are @FILE, zeros, iota, random:SEED");
  }

  private static byte[] generate(ElementKind kind, int count, ObjIntConsumer<ByteBuffer> element) {
    ByteBuffer buffer = ByteBuffer.allocate(count * kind.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      element.accept(buffer, i);
    }
    return buffer.array();
  }

  private static byte[] file(Path file, ElementKind kind, int count) {
    NumpyArray array = NumpyArray.read(file);
    if (!array.kind().equals(kind.numpy())) {
      throw new InputException(file + ": has elements of dtype " + array.kind() + ", not " + kind.numpy() + " for "
          + kind);
    }
    if (array.bytes().length != count * kind.bytes()) {
      throw new InputException(
          file + ": has " + array.bytes().length / kind.bytes() + " elements, but the argument says " + count);
    }
    return array.bytes();
  }
}
