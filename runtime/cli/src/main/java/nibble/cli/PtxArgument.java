package nibble.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
  long MAX_BYTES = 1L << 31;

  /**
   * Reads an argument: {@code x:f32[1024]=@in.npy}, {@code y:f32[1024]=zeros}, {@code n:s32=1000}. A buffer may also be
   * {@code iota} (0, 1, 2, ...) or {@code random} or {@code random:SEED} (numbers from [-1, 1), or all codes of integers).
   *
   * @throws InputException where it is none of these, or the array does not fit
   */
  static PtxArgument parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new InputException(
          "'" + text + "' is no argument",
          "write name:f32[1024]=@file.npy, name:f32[1024]=zeros or name:s32=1000");
    }
    ElementKind kind = ElementKind.of(form.group(2));
    if (form.group(3) == null) {
      return new Scalar(form.group(1), kind, kind.parse(form.group(4)));
    }
    List<Long> extents = extents(form.group(3), text);
    long count = extents.stream().reduce(1L, Math::multiplyExact);
    if (count * kind.bytes() >= MAX_BYTES) {
      throw new InputException("'" + text + "' takes 2 GiB or more");
    }
    return new Buffer(form.group(1), kind, extents, content(form.group(4), kind, (int) count, text));
  }

  private static List<Long> extents(String text, String argument) {
    List<Long> extents = new ArrayList<>();
    for (String extent : text.split("[,x]")) {
      try {
        extents.add(Long.parseLong(extent.strip()));
      } catch (NumberFormatException e) {
        throw new InputException("'" + argument + "' has an extent that is no number");
      }
    }
    return extents;
  }

  private static byte[] content(String source, ElementKind kind, int count, String argument) {
    if (source.equals("zeros")) {
      return new byte[count * kind.bytes()];
    }
    if (source.startsWith("@")) {
      return file(Path.of(source.substring(1)), kind, count);
    }
    if (source.equals("iota")) {
      return generate(kind, count, i -> String.valueOf(kind.isFloat() ? i : i & (1L << kind.bytes() * 8 - 1) - 1));
    }
    if (source.matches("random(:\\d+)?")) {
      Random random = new Random(source.contains(":") ? Long.parseLong(source.substring(7)) : 1);
      if (kind.isFloat()) {
        return generate(kind, count, i -> String.valueOf(random.nextFloat() * 2 - 1));
      }
      byte[] bytes = new byte[count * kind.bytes()];
      random.nextBytes(bytes);
      return bytes;
    }
    throw new InputException("'" + argument + "' says '" + source + "'", "known are @FILE, zeros, iota, random:SEED");
  }

  /** The text of an element. */
  interface ElementText {
    String at(long index);
  }

  private static byte[] generate(ElementKind kind, int count, ElementText element) {
    byte[] bytes = new byte[count * kind.bytes()];
    for (int i = 0; i < count; i++) {
      System.arraycopy(kind.parse(element.at(i)), 0, bytes, i * kind.bytes(), kind.bytes());
    }
    return bytes;
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
