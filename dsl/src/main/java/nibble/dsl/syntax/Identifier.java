package nibble.dsl.syntax;

/** A name as it stands in the text. */
public record Identifier(String name, Span span) {
  @Override
  public String toString() {
    return name;
  }
}
