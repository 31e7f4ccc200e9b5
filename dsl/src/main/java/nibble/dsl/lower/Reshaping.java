package nibble.dsl.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Expression.Subscript;
import nibble.dsl.syntax.Span;
import nibble.ir.TensorType;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Reshape;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** {@code x.reshape[B, S, H, E]} and {@code x.broadcast[B, S]}, also as calls. */
final class Reshaping {
  private static final ImmutableSet<String> METHODS = ImmutableSet.of("reshape", "broadcast");

  private Reshaping() {}

  /** Whether brackets behind {@code base.name} are a shape, and no index. */
  static boolean takesBrackets(Expression.Selection method, Frame frame) {
    return METHODS.contains(method.name().name()) && !Instances.resolve(method.base(), frame).isInstance();
  }

  static Operand method(Expression.Selection method, Expression.Index brackets, Frame frame) {
    Operand base = Expressions.tensor(method.base(), frame);
    Optional<List<Dim>> dims = extents(brackets.subscripts(), base, frame);
    return dims.isPresent() && base instanceof Operand.Tensor tensor
        ? apply(method.name().name(), tensor, dims.get(), brackets.span(), method.base(), frame)
        : Operand.FAILED;
  }

  /** The extents between the brackets; {@code -1} is what is left, {@code ..} the leading axes of the function. */
  private static Optional<List<Dim>> extents(List<Subscript> subscripts, Operand base, Frame frame) {
    List<Dim> dims = new ArrayList<>();
    boolean complete = true;
    int inferred = -1;
    for (Subscript subscript : subscripts) {
      Optional<? extends List<Dim>> part = switch (subscript) {
        case Subscript.OtherAxes others -> leading(others.span(), frame);
        case Subscript.At at -> Sizes.evaluate(at.index(), frame).map(List::of);
        case Subscript.NewAxis axis -> Optional.of(List.of(Dim.ONE));
        case Subscript.Slice slice -> {
          frame.report(slice.span().error("a shape has no slices"));
          yield Optional.empty();
        }
      };
      complete &= part.isPresent();
      if (part.isPresent()) {
        if (subscript instanceof Subscript.At && part.get().getFirst().is(-1)) {
          if (inferred >= 0) {
            frame.report(subscript.span().error("only one extent can be left to be computed"));
            complete = false;
          }
          inferred = dims.size();
        }
        dims.addAll(part.get());
      }
    }
    if (!complete || !(base instanceof Operand.Tensor tensor)) {
      return Optional.empty();
    }
    return inferred < 0 ? Optional.of(dims) : infer(dims, inferred, tensor.type(), subscripts, frame);
  }

  private static Optional<List<Dim>> infer(
      List<Dim> dims, int inferred, TensorType type, List<Subscript> subscripts, Frame frame) {
    dims.set(inferred, Dim.ONE);
    Dim others = Shape.of(dims).size();
    Optional<Dim> rest = type.shape().size().dividedBy(others);
    if (rest.isEmpty() && frame.isGeneric()) {
      return Optional.empty();
    }
    if (rest.isEmpty()) {
      frame.report(subscripts.getFirst().span()
          .error("the " + type.shape().size() + " elements of " + Text.of(type) + " can't be divided by " + others));
      return Optional.empty();
    }
    dims.set(inferred, rest.get());
    return Optional.of(dims);
  }

  private static Optional<ImmutableList<Dim>> leading(Span at, Frame frame) {
    Optional<ImmutableList<Dim>> leading = frame.leadingAxes("");
    if (leading.isEmpty()) {
      frame.report(at.error(".. has no meaning here")
          .hint(".. stands for the leading axes that a parameter of the function binds: x: f32[.., N]"));
    }
    return leading;
  }

  /** The call forms, {@code reshape(x, [B, S])} and {@code x.reshape(B, S)}. */
  static Operand call(CallSite site) {
    if (site.positional().isEmpty()) {
      return site.frame().fail(site.span().error(site.name() + " takes a tensor and a shape"));
    }
    Expression operand = site.positional().getFirst();
    List<Expression> shape = site.positional().subList(1, site.positional().size());
    if (shape.isEmpty() && site.named().size() == 1 && site.named().containsKey("shape")) {
      shape = List.of(site.named().get("shape"));
    } else if (!site.acceptNames(ImmutableSet.of())) {
      return Operand.FAILED;
    }
    if (shape.size() == 1 && shape.getFirst() instanceof Expression.Array array) {
      shape = array.items();
    }
    List<Subscript> subscripts = shape.stream().<Subscript>map(Subscript.At::new).toList();
    Operand base = Expressions.tensor(operand, site.frame());
    Optional<List<Dim>> dims = extents(subscripts, base, site.frame());
    return dims.isPresent() && base instanceof Operand.Tensor tensor
        ? apply(site.name(), tensor, dims.get(), site.span(), operand, site.frame())
        : Operand.FAILED;
  }

  private static Operand apply(
      String name, Operand.Tensor tensor, List<Dim> dims, Span at, Expression operand, Frame frame) {
    Optional<Dim> negative = dims.stream().filter(dim -> dim.isConstant() && dim.constant() < 0).findFirst();
    if (negative.isPresent()) {
      return frame.fail(at.error("an extent is not negative, as " + negative.get() + " is"));
    }
    Shape shape = Shape.of(dims);
    TensorType type = tensor.type();
    if (shape.equals(type.shape())) {
      return tensor;
    }
    if (name.equals("broadcast")) {
      return Broadcast.reaches(type.shape(), shape)
          ? frame.emit(at, new BroadcastTo(shape), tensor.value())
          : frame.fail(at.error(Text.of(type) + " does not broadcast to " + shape)
              .note(type.rank() > shape.rank()
                  ? "it has more axes already"
                  : Sides.broadcastProof(type.shape(), shape)));
    }
    if (!type.shape().size().equals(shape.size())) {
      boolean perhaps = frame.isGeneric() && !(type.shape().isConstant() && shape.isConstant());
      return perhaps ? Operand.FAILED : frame.fail(at.error("the new shape has another number of elements")
          .note(Sides.describe("the tensor", operand, type, frame) + ", " + type.shape().size() + " elements")
          .note("the new shape is " + shape + ", " + shape.size() + " elements"));
    }
    return frame.emit(at, new Reshape(shape), tensor.value());
  }
}
