package nibble.engine.fuzz;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Random passes with random options, mostly in an order that recipes have, and sometimes in any. */
final class RandomPipeline {
  private static final int MOST = 5;
  private static final List<String> ORDER = List.of(
      "canonicalize", "cse", "decompose", "fuse-attention", "smooth", "prune-channels", "permute-channels", "sparsify",
      "detach-outliers", "hadamard", "retain-outliers", "sort-channels", "quantize", "mixed-precision", "round-weights",
      "calibrate", "delay-scales", "fallback", "integer-only", "quant-dataflow", "cast", "sparsify-activations",
      "compress-weights", "fold-dequantize");

  private final Choices choose;

  private RandomPipeline(Random random) {
    this.choose = new Choices(random);
  }

  static String of(Random random) {
    RandomPipeline pipeline = new RandomPipeline(random);
    List<String> passes = new ArrayList<>();
    int count = 1 + random.nextInt(MOST);
    for (int i = 0; i < count; i++) {
      passes.add(pipeline.pass());
    }
    if (pipeline.choose.chance(0.7)) {
      passes.sort(Comparator.comparingInt(pass -> ORDER.indexOf(pass.replaceFirst("\\{.*", ""))));
    }
    return String.join(",", passes);
  }

  private String pass() {
    String name = choose.chance(0.3) ? "quantize"
        : choose.chance(0.2) ? "cast" : choose.of(ORDER.toArray(String[]::new));
    Optional<String> at = choose.maybe(0.2, "at=layer[*].ffn.*", "at=layer[*].attn.{q,k,v}", "at=layer[*].ffn.down");
    return switch (name) {
      case "quantize" -> quantize(at);
      case "cast" -> choose.pass(name, at, Optional.of("to=" + choose.of("f16", "bf16", "tf32")));
      case "fuse-attention" -> choose.pass(
          name,
          choose.maybe(0.5, "scheme=sage1", "scheme=sage2", "scheme=sage2-int4", "scheme=sage2pp", "scheme=sage3"));
      case "sparsify" -> choose.pass(
          name, at, Optional.of("weight=" + sparse()), choose.maybe(0.4, "saliency=wanda", "saliency=sparsegpt"),
          Optional.of("if-pays=false"));
      case "permute-channels" -> choose.pass(name, at, Optional.of("weight=" + choose.of("2:4", "64:2:8", "16:2:8")));
      case "prune-channels" -> choose.pass(name, at, Optional.of("keep=" + choose.of("0.75", "0.3")));
      case "hadamard" -> choose.pass(name, at, choose.maybe(0.7, "size=16", "size=256"), Optional.of("fit=true"));
      case "smooth" -> choose.pass(name, at, choose.maybe(0.5, "by=norm"));
      case "fallback" -> choose.pass(name, at, Optional.of(choose.of("threshold=1.0", "share=0.2")));
      case "detach-outliers" -> choose.pass(name, at, choose.maybe(0.5, "share=0.05"));
      case "retain-outliers" -> choose.pass(name, at, choose.maybe(0.5, "share=0.3"), choose.maybe(0.5, "multiple=8"));
      case "mixed-precision" -> choose.pass(
          name, Optional.of("weight=[i4:channel, i8:channel]"), Optional.of("act=[i4:token, i8:token]"),
          Optional.of("bits=6.5"));
      case "round-weights" -> choose.pass(name, at, choose.maybe(0.5, "range=mse"));
      case "quant-dataflow" -> choose.pass(
          name, choose.maybe(0.6, "layout=i8:block(32,32):f16", "layout=e4m3:group 16:bf16"),
          choose.maybe(0.5, "readers=nonlinear"));
      default -> name;
    };
  }

  private String quantize(Optional<String> at) {
    Optional<String> act = choose.maybe(0.8,
        "act=i8:token", "act=i4:token", "act=e4m3:group 32", "act=i8:block(32,32):f16", "act=i8:tensor",
        "act=e2m1:group 16:ue4m3:tensor", "act=e2m3:group 32:ue8m0:up", "act=i8:block(16,32)",
        "act=i8:group 32:residual(i8,0.5)", "act=e5m2:token");
    return choose.pass("quantize", at, Optional.of("weight=" + choose.of(
        "i8:channel", "i4:group 32:f16", "e4m3:channel", "i8:block(32,32):f16", "e2m1:group 16:ue4m3:tensor",
        "e2m3:group 32:ue8m0:up", "i2:channel", "u4:group 32:f16:zero(u4)", "e3m2:tensor")), act);
  }

  private String sparse() {
    return choose.of("2:4", "1:2", "64:2:8", "16:2:8", "mask 1:2", "block(16,16) 1:2");
  }
}
