package nibble.dsl.syntax;

import com.google.common.collect.ImmutableList;

/**
 * Text with sizes in it: {@code "encoder.layer.{i}"}.
 *
 * @param span all of it
 * @param parts in order
 */
public record Template(Span span, ImmutableList<Part> parts) {
  /** A piece of a template. */
  public sealed interface Part {
    /** Text that stands for itself. */
    record Literal(String text) implements Part {}

    /** A size between braces. */
    record Hole(Expression size) implements Part {}
  }

  public static Template of(Identifier name) {
    return new Template(name.span(), ImmutableList.of(new Part.Literal(name.name())));
  }
}
