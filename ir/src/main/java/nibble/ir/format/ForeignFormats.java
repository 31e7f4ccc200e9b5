package nibble.ir.format;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;

/** What number formats are called elsewhere: hints for those who come from NumPy, PyTorch or CUDA. */
public final class ForeignFormats {
  private static final ImmutableMap<String, String> FORMATS = ImmutableMap.<String, String>builder()
      .put("float", "f32").put("float32", "f32").put("fp32", "f32").put("double", "f64").put("float64", "f64")
      .put("half", "f16").put("float16", "f16").put("fp16", "f16").put("bfloat16", "bf16").put("tfloat32", "tf32")
      .put("fp8", "e4m3 or e5m2").put("f8", "e4m3 or e5m2").put("float8", "e4m3 or e5m2").put("e4m3fn", "e4m3")
      .put("fp6", "e2m3 or e3m2").put("f6", "e2m3 or e3m2").put("fp4", "e2m1").put("f4", "e2m1")
      .put("int", "i32").put("int32", "i32").put("s32", "i32").put("long", "i64").put("int64", "i64")
      .put("int8", "i8").put("s8", "i8").put("uint8", "u8").put("boolean", "bool")
      .put("int16", "i16").put("s16", "i16").put("int4", "i4").put("s4", "i4").put("uint4", "u4").put("int2", "i2")
      .buildOrThrow();

  private ForeignFormats() {}

  /** A hint for a name that no format has. */
  public static Optional<String> hint(String name) {
    return Optional.ofNullable(FORMATS.get(name)).map(here -> "here it is called " + here);
  }
}
