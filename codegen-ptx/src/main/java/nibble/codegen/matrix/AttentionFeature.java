package nibble.codegen.matrix;

import java.util.Locale;

/** What an attention may have besides queries, keys and values. */
public enum AttentionFeature {
  PLAIN("nothing", ""),
  TOP_LEFT("causal, top left", "top_left"),
  BOTTOM_RIGHT("causal, bottom right", "bottom_right"),
  WINDOW("window", "bottom_right, window = 30"),
  FILL("fill", "top_left, fill = -1000.0"),
  SHARED_KEYS("shared keys", ""),
  TRUTHS("mask", ""),
  TRUTHS_FILL("mask that fills", "none, fill = -1000.0"),
  BIAS("added mask", ""),
  KEYS("lengths of keys", "bottom_right, lengths = keys"),
  TOKENS("lengths of tokens", "top_left, lengths = tokens"),
  PACKED("packed sequences", "top_left, lengths = packed"),
  BLOCKS("selected blocks", "none, blocks = [64,64]"),
  LOGARITHM("logarithms", "bottom_right"),
  SIZE_16("heads of 16", ""),
  SIZE_64("heads of 64", ""),
  SIZE_128("heads of 128", ""),
  SIZE_256("heads of 256", "");

  /** More than half of a warpgroup's. */
  private static final int QUERIES = 40;
  private static final int KEYS_COUNT = 80;
  /** More than two blocks of a selection. */
  private static final int SELECTED_QUERIES = 40;
  private static final int SELECTED_KEYS = 300;
  private static final int BLOCK_QUERIES = 32;
  private static final int BLOCK_KEYS = 128;
  private static final int KEY_HEADS = 2;

  private final String title;
  private final String attributes;

  AttentionFeature(String title, String attributes) {
    this.title = title;
    this.attributes = attributes.isEmpty() ? "none" : attributes;
  }

  /** What pages call it. */
  public String title() {
    return title;
  }

  private int size() {
    return switch (this) {
      case SIZE_16 -> 16;
      case SIZE_64 -> 64;
      case SIZE_128 -> 128;
      case SIZE_256 -> 256;
      case PLAIN, TOP_LEFT, BOTTOM_RIGHT, WINDOW, FILL, SHARED_KEYS, TRUTHS, TRUTHS_FILL, BIAS, KEYS, TOKENS,
          PACKED, BLOCKS, LOGARITHM -> 32;
    };
  }

  private String operand(int queries, int keys) {
    return switch (this) {
      case TRUTHS, TRUTHS_FILL -> "tensor<[%d,%d] x bool>".formatted(queries, keys);
      case BIAS -> "tensor<[%d] x f32>".formatted(keys);
      case KEYS, TOKENS -> "tensor<[2] x i32>";
      case PACKED -> "tensor<[5] x i32>";
      case BLOCKS -> "tensor<[2,1,2] x bool>";
      case PLAIN, TOP_LEFT, BOTTOM_RIGHT, WINDOW, FILL, SHARED_KEYS, LOGARITHM, SIZE_16, SIZE_64, SIZE_128,
          SIZE_256 -> "";
    };
  }

  /**
   * An attention with it, in the text form.
   *
   * @param isSelected whether of selected blocks
   */
  String module(AttentionClause clause, boolean isSelected) {
    int keyCount = isSelected ? SELECTED_KEYS : KEYS_COUNT;
    int queryCount = this == TOKENS || this == PACKED ? keyCount : isSelected ? SELECTED_QUERIES : QUERIES;
    String format = clause.format();
    int heads = this == SHARED_KEYS ? 2 * KEY_HEADS : KEY_HEADS;
    int size = size();
    String keys = "tensor<[%d,%d,%d] x %s>".formatted(KEY_HEADS, keyCount, size, format);
    String queries = "tensor<[%d,%d,%d] x %s>".formatted(heads, queryCount, size, format);
    String more = operand(queryCount, keyCount);
    String operands = (more.isEmpty() ? "" : ", %m") + (isSelected ? ", %s" : "");
    String types = more.isEmpty() ? "" : ", %m: " + more;
    if (isSelected) {
      types += ", %%s: tensor<[%d,%d,%d] x bool>".formatted(
          heads, Math.ceilDiv(queryCount, BLOCK_QUERIES), Math.ceilDiv(keyCount, BLOCK_KEYS));
    }
    String common = "scale = 0.125, causal = " + attributes
        + (isSelected ? ", blocks = [%d,%d]".formatted(BLOCK_QUERIES, BLOCK_KEYS) : "");
    String logarithm = this != LOGARITHM ? "" : "%%1 = attention_lse %%q, %%k%s {%s} : tensor<[%d,%d] x f32>"
        .formatted(operands, common, heads, queryCount);
    return """
        module @matrix {
          func @f(%%q: %1$s, %%k: %2$s, %%v: %2$s%3$s) {
            %%0 = attention %%q, %%k, %%v%4$s {%5$s%6$s, to = %7$s} : %1$s
            %8$s
            return %%0%9$s
          }
        }
        """.formatted(
            queries, keys, types, operands, common, clause.attribute(), format,
            logarithm, logarithm.isEmpty() ? "" : ", %1");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
