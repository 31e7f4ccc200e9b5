package nibble.emulator.profile;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What tensor cores multiply and add, as far as their rates differ; in the order of the table of rates. */
public enum TensorKind {
  F16("f16"),
  F16_TO_F32("f16 to f32"),
  TF32("tf32"),
  F8("f8"),
  F8_TO_F32("f8 to f32"),
  F6("f6"),
  F4("f4"),
  S8("s8"),
  S4("s4"),
  B1("b1"),
  F64("f64");

  private static final Set<String> TYPES =
      Set.of(
          "f16", "bf16", "tf32", "f32", "f64", "e4m3", "e5m2", "e3m2", "e2m3", "e2m1", "s8", "u8", "s4", "u4", "b1",
          "s32");
  private static final Pattern SHAPE = Pattern.compile("m(\\d+)n(\\d+)k(\\d+)");

  private final String text;

  TensorKind(String text) {
    this.text = text;
  }

  /** The kind of a matrix multiplication, such as {@code mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32}. */
  static TensorKind of(String opcode) {
    List<String> types = Stream.of(opcode.split("\\.")).filter(TYPES::contains).toList();
    boolean isSingle = types.get(0).equals("f32");
    // Those that state only the types of results and accumulators multiply f16.
    String factors = types.size() < 3 ? "f16" : types.get(1);
    return switch (factors) {
      case "tf32", "f32" -> TF32;
      case "f64" -> F64;
      case "e4m3", "e5m2" -> isSingle ? F8_TO_F32 : F8;
      case "e3m2", "e2m3" -> F6;
      case "e2m1" -> opcode.contains("mxf8f6f4") ? F6 : F4;
      case "s8", "u8" -> S8;
      case "s4", "u4" -> S4;
      case "b1" -> B1;
      default -> isSingle ? F16_TO_F32 : F16;
    };
  }

  /** Multiply-adds of an instruction that tensor cores do: of sparse ones, half of the shape's. */
  public static long multiplyAdds(String opcode) {
    Matcher shape = SHAPE.matcher(opcode);
    if (!shape.find()) {
      return 0;
    }
    long dense = Long.parseLong(shape.group(1)) * Long.parseLong(shape.group(2)) * Long.parseLong(shape.group(3));
    return opcode.startsWith("mma.sp") || opcode.startsWith("wgmma.mma_async.sp") ? dense / 2 : dense;
  }

  @Override
  public String toString() {
    return text;
  }
}
