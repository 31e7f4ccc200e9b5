package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.dsl.syntax.Expression;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.op.Transpose;

/** What stands behind a point, where it is no call: {@code x.T}, {@code embed.words}. */
final class Selections {
  private Selections() {}

  static Operand select(Expression.Selection selection, Frame frame) {
    return switch (Instances.resolve(selection.base(), frame)) {
      case Instances.Lookup.Found found -> member(found.instance(), selection, frame);
      case Instances.Lookup.Failed failed -> Operand.FAILED;
      case Instances.Lookup.Many many -> frame.fail(selection.base().span()
          .error("'" + many.member().name() + "' is an array of instances")
          .hint("take one of them: " + many.member().name() + "[0]"));
      case Instances.Lookup.Other other -> ofValue(selection, frame);
    };
  }

  private static Operand member(Instance instance, Expression.Selection selection, Frame frame) {
    String name = selection.name().name();
    Optional<Operand> value =
        Weights.find(instance, name, frame).or(() -> instance.findOwn(selection.name()));
    if (value.isPresent()) {
      return value.get();
    }
    if (instance.type().members().containsKey(name)) {
      return frame.fail(selection.span()
          .error("'" + name + "' of " + instance.type().name() + " is no value")
          .hint("call it: " + name + "(...)"));
    }
    frame.reportUnknown(
        selection.name(), "the block " + instance.type().name() + " has no '" + name + "'",
        instance.type().members().keySet());
    return Operand.FAILED;
  }

  private static Operand ofValue(Expression.Selection selection, Frame frame) {
    Operand base = Expressions.tensor(selection.base(), frame);
    if (!(base instanceof Operand.Tensor tensor)) {
      return Operand.FAILED;
    }
    String name = selection.name().name();
    if (!name.equals("T")) {
      return frame.fail(refuse(selection, name, frame));
    }
    int rank = tensor.type().rank();
    if (rank < 2) {
      return frame.fail(selection.name().span().error(".T swaps the last two axes, but there are only " + rank)
          .note(Sides.describe("it", selection.base(), tensor.type(), frame)));
    }
    ImmutableList<Integer> axes = IntStream.range(0, rank)
        .mapToObj(axis -> axis < rank - 2 ? axis : 2 * rank - 3 - axis)
        .collect(ImmutableList.toImmutableList());
    return frame.emit(selection.span(), new Transpose(axes), tensor.value());
  }

  private static Diagnostic refuse(Expression.Selection selection, String name, Frame frame) {
    Diagnostic diagnostic = selection.name().span().error("a tensor has no '" + name + "'");
    return switch (name) {
      case "shape" -> diagnostic.hint("name its sizes in the type of a parameter: x: f32[B, N], and use N");
      case "reshape" -> diagnostic.hint("the new shape follows: x.reshape[B, N]");
      default -> Callables.names(frame).contains(name)
          ? diagnostic.hint("functions are called: x." + name + "(...)")
          : diagnostic;
    };
  }
}
