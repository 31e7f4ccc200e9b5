package nibble.engine.file;

import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * The header of a {@code .npy} file (NumPy Enhancement Proposal 1; versions 1.0, 2.0 and 3.0): magic, version, length,
 * and a Python dictionary literal.
 *
 * @param descriptor the dtype: {@code <f4}
 * @param columnMajor whether {@code fortran_order} is true
 * @param shape the extents
 */
record NpyHeader(String descriptor, boolean columnMajor, List<Long> shape) {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int SHORT_PRELUDE = MAGIC.length + 4;

  private static final ImmutableBiMap<String, NumberFormat> KINDS = ImmutableBiMap.<String, NumberFormat>builder()
      .put("f2", Formats.F16)
      .put("f4", Formats.F32)
      .put("f8", Formats.F64)
      .put("i1", Formats.I8)
      .put("i2", Formats.I16)
      .put("i4", Formats.I32)
      .put("i8", Formats.I64)
      .put("u1", Formats.U8)
      .put("b1", Formats.BOOL)
      .buildOrThrow();

  /** Reads the dictionary: {@code {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }}. */
  static NpyHeader parse(String text) throws PythonLiteral.Malformed {
    Map<String, Object> fields = PythonLiteral.dictionary(text);
    if (!(fields.get("descr") instanceof String descriptor)) {
      throw new PythonLiteral.Malformed(
          fields.containsKey("descr")
              ? "'descr' is no plain dtype; structured arrays are not read" : "'descr' is missing");
    }
    if (!(fields.get("fortran_order") instanceof Boolean columnMajor)) {
      throw new PythonLiteral.Malformed("'fortran_order' is missing or no truth value");
    }
    if (!(fields.get("shape") instanceof List<?> shape)) {
      throw new PythonLiteral.Malformed("'shape' is missing or no tuple");
    }
    ImmutableList.Builder<Long> extents = ImmutableList.builder();
    for (Object extent : shape) {
      if (!(extent instanceof Long number)) {
        throw new PythonLiteral.Malformed("'shape' holds something that is no integer");
      }
      extents.add(number);
    }
    return new NpyHeader(descriptor, columnMajor, extents.build());
  }

  /** The number format of the dtype, where Nibble has it. */
  Optional<NumberFormat> format() {
    return Optional.ofNullable(KINDS.get(hasOrder() ? descriptor.substring(1) : descriptor));
  }

  ElementOrder order() {
    return new ElementOrder(columnMajor, descriptor.startsWith(">"));
  }

  private boolean hasOrder() {
    return !descriptor.isEmpty() && "<>|=".indexOf(descriptor.charAt(0)) >= 0;
  }

  /** Why the dtype is not read, and what to do. */
  String refusal() {
    return "has elements of dtype " + FileFault.quoted(descriptor) + ", which Nibble has no number format for";
  }

  static String refusalHint() {
    return "convert it with .astype; read are f2, f4, f8, i1, i2, i4, i8, u1 and bool";
  }

  /** The header of a row-major, little-endian array; empty where NumPy has no dtype for the format. */
  static Optional<NpyHeader> of(NumberFormat format, List<Long> shape) {
    return Optional.ofNullable(KINDS.inverse().get(format))
        .map(kind -> new NpyHeader((format.storageBits() == Byte.SIZE ? "|" : "<") + kind, false, shape));
  }

  /** Magic, version, length and text, padded so that the data behind it are aligned to 64 bytes. */
  byte[] bytes() {
    String tuple = shape.size() == 1
        ? shape.getFirst() + "," : shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String text = "{'descr': '" + descriptor + "', 'fortran_order': " + (columnMajor ? "True" : "False")
        + ", 'shape': (" + tuple + "), }";
    int total = Math.ceilDiv(SHORT_PRELUDE + text.length() + 1, ALIGNMENT) * ALIGNMENT;
    int length = total - SHORT_PRELUDE;
    byte[] bytes = new byte[total];
    System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
    bytes[MAGIC.length] = 1;
    bytes[MAGIC.length + 2] = (byte) length;
    bytes[MAGIC.length + 3] = (byte) (length >>> Byte.SIZE);
    byte[] padded = (text + " ".repeat(length - text.length() - 1) + "\n").getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(padded, 0, bytes, SHORT_PRELUDE, length);
    return bytes;
  }
}
