package nibble.dsl.lower;

import nibble.dsl.syntax.Expression;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The two sides of an operator, for messages that must say what differs.
 *
 * @param binary the expression
 * @param left type of its left side
 * @param right type of its right side
 */
record Sides(Expression.Binary binary, TensorType left, TensorType right) {
  /** Adds a note on each side. */
  Diagnostic explain(Diagnostic diagnostic, Frame frame) {
    return diagnostic
        .note(describe("the left side", binary.left(), left, frame))
        .note(describe("the right side", binary.right(), right, frame));
  }

  /** {@code x is f32[B,384] (declared 4:12)}. */
  static String describe(String role, Expression expression, TensorType type, Frame frame) {
    if (expression instanceof Expression.Name name) {
      String position = frame.locals().find(name.name())
          .map(variable -> " (declared " + variable.name().span().position() + ")")
          .orElse("");
      return name.name() + " is " + Text.of(type) + position;
    }
    return role + " is " + Text.of(type);
  }

  /** {@code aligned at the last axis, axis -2 has S against 1536}. */
  static String broadcastProof(Shape left, Shape right) {
    for (int axis = 1; axis <= Math.min(left.rank(), right.rank()); axis++) {
      Dim a = left.dim(-axis);
      Dim b = right.dim(-axis);
      if (!a.equals(b) && !a.is(1) && !b.is(1)) {
        return "aligned at the last axis, axis -" + axis + " has " + a + " against " + b
            + "; they must be equal or one of them 1";
      }
    }
    return "they broadcast";
  }
}
