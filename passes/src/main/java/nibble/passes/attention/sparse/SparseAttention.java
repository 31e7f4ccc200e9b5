package nibble.passes.attention.sparse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import nibble.ir.Value;
import nibble.passes.pipeline.OptionSyntax;
import nibble.passes.pipeline.RecordSyntax;

/**
 * A way to compute less than all of an attention: what a recipe says behind {@code sparse =}. It is a record whose
 * components are its options, and it builds what stands for the attention out of ops that there are, so that the
 * interpreter, bounds and kernels are those of these ops. Plugins add more as {@link Clause}s.
 */
public interface SparseAttention {
  /**
   * A name in recipes.
   *
   * @param name as written
   * @param type a public record class, each component with {@link nibble.passes.PassOption}
   */
  record Clause(String name, Class<? extends SparseAttention> type) {}

  /** Those that need no plugin. */
  ImmutableList<Clause> BUILT_IN = ImmutableList.of(
      new Clause("sparge", Sparge.class),
      new Clause("sparge2", Sparge2.class),
      new Clause("sla", Sla.class),
      new Clause("sla2", Sla2.class),
      new Clause("svg", Svg.class),
      new Clause("svg2", Svg2.class));

  /** The syntax of an option, with what plugins add. */
  static OptionSyntax<SparseAttention> syntax(Collection<Clause> more) {
    ImmutableMap.Builder<String, Class<? extends SparseAttention>> types = ImmutableMap.builder();
    BUILT_IN.forEach(clause -> types.put(clause.name(), clause.type()));
    more.forEach(clause -> types.put(clause.name(), clause.type()));
    return new RecordSyntax<SparseAttention>("a sparse attention such as sparge(top = 0.5)", types.buildOrThrow())
        .syntax(SparseAttention.class);
  }

  /** Its name in reports. */
  default String keyword() {
    return getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** Why it does not do for an attention, if it does not. */
  Optional<String> obstacle(AttentionCall call);

  /** How much of an attention it computes, for people, and what it costs to find that; empty where it does not say. */
  default Optional<String> computes(AttentionCall call) {
    return Optional.empty();
  }

  /** Appends what stands for the attention. */
  Value build(AttentionCall call, Arithmetic arithmetic);
}
