package nibble.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.ObjIntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.engine.file.NumpyArray;
import nibble.ir.diagnostic.InputException;

/** An argument of {@code ptx run}. */
sealed interface PtxArgument {
  String name();

  ElementKind kind();

  /** What the kernel or its buffer gets. */
  byte[] bytes();

  /**
   * A buffer in global memory.
   *
   * @param extents of the array that is saved
   */
  record Buffer(String name, ElementKind kind, List<Long> extents, byte[] bytes) implements PtxArgument {}

  /** A number. */
  record Scalar(String name, ElementKind kind, byte[] bytes) implements PtxArgument {}

  Pattern FORM = Pattern.compile("(\\w+):(\\w+)(?:\\[([\\d,x ]*)])?=(.*)");
  Pattern RANDOM = Pattern.compile("random(?::(\\d{1,18}))?");
  long MAX_BYTES = 1L << 31;

  /**
   * Reads an argument: {@code x:f32[1024]=@in.npy}, {@code y:f32[1024]=zeros}, {@code n:s32=1000}. A buffer may also be
   * {@code iota} (0, 1, 2, ...; integers wrap) or {@code random} or {@code random:SEED} (numbers from [-1, 1), or all
   * codes of integers).
   *
   * @throws UsageException where it is none of these
   * @throws InputException where the array does not fit
   */
  static PtxArgument parse(String text) {
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
