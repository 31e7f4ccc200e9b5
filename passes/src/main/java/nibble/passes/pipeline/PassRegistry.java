package nibble.passes.pipeline;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.ir.Registry;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.passes.Pass;
import nibble.passes.pipeline.PassType.Option;

/**
 * All passes that can be named, the recipe clauses that stand for them, and the syntax of their options. Immutable;
 * whoever reads a pipeline gets one handed in.
 */
public final class PassRegistry {
  private final Registry ir;
  private final ImmutableMap<String, PassType> passes;
  private final ImmutableMap<String, PassType> clauses;

  private PassRegistry(Registry ir, Map<String, PassType> passes, Map<String, PassType> clauses) {
    this.ir = ir;
    this.passes = ImmutableMap.copyOf(passes);
    this.clauses = ImmutableMap.copyOf(clauses);
  }

  /**
   * A registry.
   *
   * @param ir ops, formats and layouts
   * @param passes record classes
   * @param clauses names in recipes, besides the names of passes, and the passes that they stand for
   * @param syntaxes of options of further classes
   * @throws IllegalArgumentException where two things have one name, or a class is no pass
   */
  public static PassRegistry of(
      Registry ir,
      Collection<Class<? extends Pass>> passes,
      Map<String, Class<? extends Pass>> clauses,
      Collection<OptionSyntax<?>> syntaxes) {
    OptionSyntaxes known = OptionSyntaxes.of(syntaxes);
    Map<String, PassType> passesByName = new LinkedHashMap<>();
    for (Class<? extends Pass> pass : passes) {
      PassType type = PassType.of(pass, known);
      if (passesByName.putIfAbsent(type.name(), type) != null) {
        throw new IllegalArgumentException("the pass " + type.name() + " exists already");
      }
    }
    Map<String, PassType> clausesByName = new LinkedHashMap<>(passesByName);
    clauses.forEach((clause, pass) -> {
      if (clausesByName.putIfAbsent(clause, PassType.of(pass, known)) != null) {
        throw new IllegalArgumentException("the recipe clause " + clause + " exists already");
      }
    });
    return new PassRegistry(ir, passesByName, clausesByName);
  }

  /** Ops, formats and layouts. */
  public Registry ir() {
    return ir;
  }

  /** The passes by name. */
  public ImmutableMap<String, PassType> passes() {
    return passes;
  }

  /** The passes by the names that recipes use: their own, and those that plugins add. */
  public ImmutableMap<String, PassType> clauses() {
    return clauses;
  }

  /** Reads the pipeline of a command line. */
  public Pipeline parse(String text) {
    return parse(text, Pipeline.SOURCE);
  }

  /**
   * Reads a pipeline.
   *
   * @param source what messages call the text
   * @throws InputException with all that is wrong
   */
  public Pipeline parse(String text, String source) {
    return build(PipelineReader.read(text, source), passes, "pass");
  }

  /**
   * Makes the passes of a recipe.
   *
   * @throws InputException with all that is wrong
   */
  public Pipeline clauses(List<PassText> texts) {
    return build(texts, clauses, "recipe clause");
  }

  private Pipeline build(List<PassText> texts, ImmutableMap<String, PassType> known, String kind) {
    List<Diagnostic> diagnostics = new ArrayList<>();
    ImmutableList.Builder<Pipeline.Step> steps = ImmutableList.builder();
    for (PassText text : texts) {
      PassType type = known.get(text.name());
      if (type == null) {
        diagnostics.add(unknown(text, known, kind));
      } else {
        new PassBuilder(type, text, ir, diagnostics).build().ifPresent(steps::add);
      }
    }
    if (!diagnostics.isEmpty()) {
      throw new InputException(diagnostics);
    }
    return new Pipeline(steps.build());
  }

  private static Diagnostic unknown(PassText text, ImmutableMap<String, PassType> known, String kind) {
    return Diagnostic.error("there is no " + kind + " '" + text.name() + "'", text.location())
        .underlining(text.name().length())
        .hint(Suggestion.didYouMean(text.name(), known.keySet())
            .orElse("there are " + String.join(", ", known.keySet())));
  }

  /** The text of a pipeline, which {@link #parse} reads back. */
  public String print(Pipeline pipeline) {
    return pipeline.passes().stream().map(this::print).collect(Collectors.joining(","));
  }

  /** The text of a pass; options that have their default are not written. */
  public String print(Pass pass) {
    PassType type = Optional.ofNullable(passes.get(pass.name()))
        .filter(known -> known.type() == pass.getClass())
        .orElseThrow(() -> new IllegalArgumentException("the pass " + pass + " is not registered"));
    List<String> options = new ArrayList<>();
    for (Option option : type.options()) {
      Object value = option.of(pass);
      boolean absent = !option.isRequired() && value.equals(option.absent(ir));
      if (!absent) {
        options.add(print(option, value));
      }
    }
    return pass.name() + (options.isEmpty() ? "" : options.stream().collect(Collectors.joining(", ", "{", "}")));
  }

  private static String print(Option option, Object value) {
    return switch (option.arity()) {
      case ONE -> option.name() + "=" + text(option.syntax(), value);
      case OPTIONAL -> option.name() + "=" + text(option.syntax(), ((Optional<?>) value).orElseThrow());
      case LIST -> option.name() + "=" + list(option.syntax(), (ImmutableList<?>) value);
      case REST -> ((ImmutableMap<?, ?>) value).entrySet().stream()
          .map(entry -> entry.getKey() + "=" + text(option.syntax(), entry.getValue()))
          .collect(Collectors.joining(", "));
    };
  }

  private static String list(OptionSyntax<?> syntax, ImmutableList<?> values) {
    return values.size() == 1
        ? text(syntax, values.getFirst())
        : values.stream().map(value -> text(syntax, value)).collect(Collectors.joining(", ", "[", "]"));
  }

  @SuppressWarnings("unchecked") // The value comes from the component that the syntax was looked up for.
  private static <T> String text(OptionSyntax<T> syntax, Object value) {
    return syntax.print().apply((T) value);
  }
}
