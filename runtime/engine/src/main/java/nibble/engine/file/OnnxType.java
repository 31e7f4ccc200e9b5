package nibble.engine.file;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * An element type of ONNX ({@code TensorProto.DataType}).
 *
 * @param name as ONNX names it
 * @param format Nibble's format, where there is one
 * @param field the field of {@code TensorProto} that holds elements which are not raw bytes
 */
record OnnxType(String name, Optional<NumberFormat> format, int field) {
  static final int FLOAT_DATA = 4;
  static final int INT32_DATA = 5;
  static final int INT64_DATA = 7;
  static final int DOUBLE_DATA = 10;

  private static final ImmutableMap<Integer, OnnxType> BY_NUMBER = ImmutableMap.<Integer, OnnxType>builder()
      .put(1, known("FLOAT", Formats.F32, FLOAT_DATA))
      .put(2, known("UINT8", Formats.U8, INT32_DATA))
      .put(3, known("INT8", Formats.I8, INT32_DATA))
      .put(4, unknown("UINT16"))
      .put(5, known("INT16", Formats.I16, INT32_DATA))
      .put(6, known("INT32", Formats.I32, INT32_DATA))
      .put(7, known("INT64", Formats.I64, INT64_DATA))
      .put(8, unknown("STRING"))
      .put(9, known("BOOL", Formats.BOOL, INT32_DATA))
      .put(10, known("FLOAT16", Formats.F16, INT32_DATA))
      .put(11, known("DOUBLE", Formats.F64, DOUBLE_DATA))
      .put(12, unknown("UINT32"))
      .put(13, unknown("UINT64"))
      .put(14, unknown("COMPLEX64"))
      .put(15, unknown("COMPLEX128"))
      .put(16, known("BFLOAT16", Formats.BF16, INT32_DATA))
      .put(17, known("FLOAT8E4M3FN", Formats.E4M3, INT32_DATA))
      .put(18, unknown("FLOAT8E4M3FNUZ"))
      .put(19, known("FLOAT8E5M2", Formats.E5M2, INT32_DATA))
      .put(20, unknown("FLOAT8E5M2FNUZ"))
      .put(21, unknown("UINT4"))
      .put(22, known("INT4", Formats.I4, INT32_DATA))
      .put(23, known("FLOAT4E2M1", Formats.E2M1, INT32_DATA))
      .buildOrThrow();

  static OnnxType of(int number) {
    return BY_NUMBER.getOrDefault(number, unknown("number " + number));
  }

  private static OnnxType known(String name, NumberFormat format, int field) {
    return new OnnxType(name, Optional.of(format), field);
  }

  private static OnnxType unknown(String name) {
    return new OnnxType(name, Optional.empty(), 0);
  }
}
