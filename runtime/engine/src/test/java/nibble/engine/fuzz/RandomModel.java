package nibble.engine.fuzz;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A small transformer in the tensor language: heads of any size that may share keys, masks of all kinds, keys of
 * another sequence, odd lengths, norms before or behind, gated or plain feed-forward layers, weights that two products
 * share, stored either way round.
 *
 * @param text of the model, whose function is {@code f}
 * @param sizes of the symbols
 */
record RandomModel(String text, ImmutableMap<String, Long> sizes) {
  static RandomModel of(Random random) {
    return new Writer(new Choices(random)).model();
  }

  /** Writes one model. */
  private static final class Writer {
    private final Choices choose;
    private final String format;
    private final int head;
    private final int heads;
    private final int keyHeads;
    private final boolean isCross;
    private final String mask;
    private final String norm;
    private final boolean normsFirst;

    private Writer(Choices choose) {
      this.choose = choose;
      this.format = choose.of("f32", "f32", "f32", "f16", "bf16");
      this.head = choose.of(16, 32, 8, 7, 24, 64, 80);
      this.heads = head > 32 ? 1 : choose.of(1, 2, 3, 4);
      this.keyHeads = heads % 2 == 0 ? choose.of(1, 2) : choose.of(1, heads);
      this.isCross = choose.chance(0.25);
      this.mask = choose.of("none", "none", "causal", "added", "truth");
      this.norm = choose.of("layer", "rms", "none");
      this.normsFirst = choose.chance(0.6);
    }

    private RandomModel model() {
      long rows = choose.of(1, 7, 16, 17, 33);
      ImmutableMap<String, Long> sizes = isCross
          ? ImmutableMap.of("B", (long) choose.of(1, 2, 3), "S", rows, "T", (long) choose.of(1, 3, 9, 16, 33))
          : ImmutableMap.of("B", (long) choose.of(1, 2, 3), "S", rows);
      int width = choose.chance(0.8) ? heads * head : choose.of(32, 33, 48);
      String type = format + "[B, S, " + width + "]";
      List<String> more = new ArrayList<>();
      if (isCross) {
        more.add("memory: " + format + "[B, T, " + width + "]");
      }
      String keys = isCross ? "T" : "S";
      if (mask.equals("added") || mask.equals("truth")) {
        more.add("mask: " + (mask.equals("truth") ? "bool" : format) + "[B, " + keys + "]");
      }
      String parameters = String.join(", ", more.isEmpty() ? List.of() : more);
      String behind = parameters.isEmpty() ? "" : ", " + parameters;
      String given = behind.replaceAll(": \\w+\\[[^]]*\\]", "");
      StringBuilder text = new StringBuilder();
      text.append("model random {\n  size ").append(String.join(", ", sizes.keySet()))
          .append(", D = ").append(width).append(", F = ").append(choose.of(64, 96, 33, 17, 130))
          .append("\n  layer[i in 0..1]: Layer\n  fn f(x: ").append(type).append(behind).append(") -> ");
      boolean hasTwo = choose.chance(0.3);
      text.append(hasTwo ? "(" + type + ", " + format + "[B, " + width + "])" : type)
          .append(" {\n    let y = layer[0](x").append(given).append(")\n    return y")
          .append(hasTwo ? ", mean(y, axis = 1)" : "").append("\n  }\n}\n");
      text.append("block Layer<D, F> {\n  attn: Attention\n  ffn: FeedForward\n  fn forward(x: ").append(type)
          .append(behind).append(") -> ").append(type).append(" { return ffn(attn(x").append(given).append(")) }\n}\n");
      attention(text, type, behind, keys);
      feedForward(text);
      linear(text);
      norm(text);
      return new RandomModel(text.toString(), sizes);
    }

    private void attention(StringBuilder text, String type, String behind, String keys) {
      text.append("block Attention<D> {\n").append(normMember());
      text.append("  q: Linear<D, %d>\n  k: Linear<D, %d>\n  v: Linear<D, %2$d>\n  o: Linear<%1$d, D>\n"
          .formatted(heads * head, keyHeads * head));
      text.append("  fn forward(x: ").append(type).append(behind).append(") -> ").append(type).append(" {\n");
      text.append("    let y = ").append(before("x")).append('\n');
      String from = isCross ? "memory" : "y";
      String values = choose.chance(0.1) ? "k" : "v";
      text.append("    let queries = rearrange(q(y), b s (k g e) -> b k g s e, k = %d, g = %d)\n"
          .formatted(keyHeads, heads / keyHeads));
      text.append("    let keys = rearrange(k(%s), b s (k e) -> b k 1 s e, k = %d)\n".formatted(from, keyHeads));
      text.append("    let values = rearrange(%s(%s), b s (k e) -> b k 1 s e, k = %d)\n"
          .formatted(values, from, keyHeads));
      String scores = choose.of(
          "queries @ keys.T / sqrt(" + head + ")", "(queries * 0.25) @ keys.T", "queries @ keys.T * 0.125");
      String hidden = format.equals("f16") ? "-6e4" : "-1e30";
      text.append("    let scores = ").append(switch (mask) {
        case "added" -> scores + " + mask[:, new, new, new, :]";
        case "truth" -> "where(mask[:, new, new, new, :], " + scores + ", " + hidden + ")";
        case "causal" -> "where(iota(S)[:, new] >= iota(" + keys + ")[new, :], " + scores + ", " + hidden + ")";
        default -> scores;
      }).append('\n');
      text.append("    let context = rearrange(softmax(scores) @ values, b k g s e -> b s (k g e))\n");
      text.append("    return ").append(after("x + o(context)")).append("\n  }\n}\n");
    }

    private void feedForward(StringBuilder text) {
      boolean isGated = choose.chance(0.4);
      String function = choose.of("gelu(%s)", "gelu(%s, kind = tanh)", "silu(%s)", "relu(%s)", "relu(%s) ** 2");
      text.append("block FeedForward<D, F> {\n").append(normMember()).append(isGated ? "  gate: Linear<D, F>\n" : "")
          .append("  up: Linear<D, F>\n  down: Linear<F, D>\n  fn forward(x: ").append(format).append("[.., D]) -> ")
          .append(format).append("[.., D] {\n    let y = ").append(before("x")).append("\n    return ");
      String inner = isGated ? function.formatted("gate(y)") + " * up(y)" : function.formatted("up(y)");
      text.append(after("x + down(" + inner + ")")).append("\n  }\n}\n");
    }

    private void linear(StringBuilder text) {
      boolean isTurned = choose.chance(0.3);
      boolean hasBias = choose.chance(0.4);
      text.append("block Linear<I, O> {\n  weight w: ").append(format).append(isTurned ? "[O, I]\n" : "[I, O]\n")
          .append(hasBias ? "  weight b: " + format + "[O]\n" : "").append("  fn forward(x: ").append(format)
          .append("[.., I]) -> ").append(format).append("[.., O] { return x @ w").append(isTurned ? ".T" : "")
          .append(hasBias ? " + b" : "").append(" }\n}\n");
    }

    private void norm(StringBuilder text) {
      if (norm.equals("none")) {
        return;
      }
      boolean isLayer = norm.equals("layer");
      text.append("block Norm<D> {\n  weight gamma: ").append(format).append("[D]\n")
          .append(isLayer ? "  weight beta: " + format + "[D]\n" : "").append("  fn forward(x: ").append(format)
          .append("[.., D]) -> ").append(format).append("[.., D] { return ")
          .append(isLayer ? "layer_norm(x, gamma, beta, eps = 1e-5)" : "rms_norm(x, gamma, eps = 1e-5)")
          .append(" }\n}\n");
    }

    private String normMember() {
      return norm.equals("none") ? "" : "  norm: Norm<D>\n";
    }

    private String before(String value) {
      return normsFirst && !norm.equals("none") ? "norm(" + value + ")" : value;
    }

    private String after(String value) {
      return normsFirst || norm.equals("none") ? value : "norm(" + value + ")";
    }
  }
}
