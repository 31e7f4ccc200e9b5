package nibble.dsl.lower;

import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Expression.Subscript;
import nibble.ir.shape.Dim;

/** Finds the block instances that expressions such as {@code layer[i].attn} name. */
final class Instances {
  private Instances() {}

  /** What an expression names among instances. */
  sealed interface Lookup {
    /** One instance. */
    record Found(Instance instance) implements Lookup {}

    /** An array of instances, still without an index. */
    record Many(Instance parent, Declaration.Instance member) implements Lookup {}

    /** An error has been reported. */
    record Failed() implements Lookup {}

    /** No instance. */
    record Other() implements Lookup {}

    default boolean isInstance() {
      return this instanceof Found;
    }
  }

  private static final Lookup FAILED = new Lookup.Failed();
  private static final Lookup OTHER = new Lookup.Other();

  static Lookup resolve(Expression expression, Frame frame) {
    return switch (expression) {
      case Expression.Name name -> frame.self().isPresent() && frame.locals().find(name.name()).isEmpty()
          ? member(frame.self().get(), name.name())
          : OTHER;
      case Expression.Selection selection -> switch (resolve(selection.base(), frame)) {
        case Lookup.Found found -> member(found.instance(), selection.name().name());
        case Lookup.Failed failed -> failed;
        case Lookup.Many many -> OTHER;
        case Lookup.Other other -> other;
      };
      case Expression.Index index -> resolve(index.base(), frame) instanceof Lookup.Many many
          ? element(many, index, frame)
          : OTHER;
      default -> OTHER;
    };
  }

  private static Lookup member(Instance instance, String name) {
    Optional<Declaration.Instance> member = instance.type().instance(name);
    if (member.isEmpty()) {
      return OTHER;
    }
    instance.session().usage().use(member.get().identifier());
    return member.get().range().isPresent()
        ? new Lookup.Many(instance, member.get())
        : found(instance.child(member.get(), Optional.empty()));
  }

  private static Lookup found(Optional<Instance> instance) {
    return instance.<Lookup>map(Lookup.Found::new).orElse(FAILED);
  }

  private static Lookup element(Lookup.Many many, Expression.Index index, Frame frame) {
    if (index.subscripts().size() != 1 || !(index.subscripts().getFirst() instanceof Subscript.At at)) {
      frame.report(index.span().error("an array of instances takes one index"));
      return FAILED;
    }
    Declaration.Range range = many.member().range().orElseThrow();
    Optional<Long> from = Sizes.constant(range.from(), many.parent());
    Optional<Long> to = Sizes.constant(range.to(), many.parent());
    Optional<Dim> position = Sizes.evaluate(at.index(), frame);
    if (from.isEmpty() || to.isEmpty() || position.isEmpty()) {
      return FAILED;
    }
    if (!position.get().isConstant()) {
      frame.report(at.span().error("the index of an instance must be constant, this is " + position.get()));
      return FAILED;
    }
    long i = position.get().constant();
    if (i < from.get() || i >= to.get()) {
      frame.report(at.span().error("there is no " + many.member().name() + "[" + i + "]")
          .note(many.member().name() + " has the indices " + from.get() + ".." + to.get() + ", the end excluded"));
      return FAILED;
    }
    return found(many.parent().child(many.member(), Optional.of(i)));
  }
}
