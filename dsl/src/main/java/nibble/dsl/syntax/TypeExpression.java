package nibble.dsl.syntax;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/**
 * A type as written: {@code f32[.., N]}, {@code i8[.., N] scale(token, f32)}.
 *
 * @param span all of it
 * @param format name of the element format
 * @param leading {@code ..} or {@code ..B} in front of the extents, if it stands there
 * @param extents the extents behind it
 * @param precision what is written behind the shape: how codes are scaled, and a residual
 */
public record TypeExpression(
    Span span, Identifier format, Optional<Leading> leading, ImmutableList<Expression> extents,
    ImmutableList<Expression.Call> precision) {
  /**
   * Any number of leading axes.
   *
   * @param name of the axes: {@code B} for {@code ..B}, empty for {@code ..}
   */
  public record Leading(Span span, String name) {
    @Override
    public String toString() {
      return ".." + name;
    }
  }
}
