package nibble.dsl.lower;

import java.util.List;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.Template;
import nibble.ir.shape.Dim;

/** Makes instances of blocks from their declarations. */
final class InstanceMaker {
  /** The size argument that is left to be inferred. */
  private static final String INFERRED = "_";

  private InstanceMaker() {}

  /** An instance of a member of {@code parent}; nothing where its declaration is in error. */
  static Optional<Instance> make(Instance parent, Declaration.Instance member, Optional<Long> index) {
    Optional<ComponentType> type = parent.file().component(member.component());
    if (type.isEmpty() || type.get().declaration().isModel() || parent.isWithin(type.get())) {
      return Optional.empty();
    }
    Context context = index.isEmpty()
        ? parent
        : Frame.withSize(parent, member.range().orElseThrow().index(), Dim.of(index.get()));
    String step = member.name() + index.map(i -> "[" + i + "]").orElse("");
    String defaultPrefix = member.name() + index.map(i -> "." + i).orElse("");
    Optional<String> prefix = member.prefix().isEmpty()
        ? Optional.of(defaultPrefix)
        : text(member.prefix().get(), context);
    Instance instance = new Instance(
        type.get(), Optional.of(parent), Optional.of(member.identifier()), join(parent.path(), step),
        join(parent.prefix(), prefix.orElse(defaultPrefix)), parent.isGeneric());
    return bind(instance, member, context) ? Optional.of(instance) : Optional.empty();
  }

  private static boolean bind(Instance instance, Declaration.Instance member, Context context) {
    List<Identifier> parameters = instance.type().declaration().parameters();
    if (member.arguments().isEmpty()) {
      // What the place where it stands calls by the same name is meant; the rest is inferred from calls.
      for (Identifier parameter : parameters) {
        context.find(parameter)
            .filter(value -> value instanceof Operand.Size || value instanceof Operand.Failed)
            .ifPresent(value -> instance.bind(parameter.name(), value));
      }
      return true;
    }
    if (member.arguments().size() != parameters.size()) {
      return false;
    }
    for (int i = 0; i < parameters.size(); i++) {
      Expression argument = member.arguments().get(i);
      if (!(argument instanceof Expression.Name name && name.name().equals(INFERRED))) {
        Operand value =
            Sizes.evaluate(argument, context).<Operand>map(Operand.Size::new).orElse(Operand.FAILED);
        instance.bind(parameters.get(i).name(), value);
      }
    }
    return true;
  }

  /** The text that a template stands for; nothing where an error has been reported. */
  static Optional<String> text(Template template, Context context) {
    StringBuilder text = new StringBuilder();
    for (Template.Part part : template.parts()) {
      switch (part) {
        case Template.Part.Literal literal -> text.append(literal.text());
        case Template.Part.Hole hole -> {
          Optional<Long> size = Sizes.constant(hole.size(), context);
          if (size.isEmpty()) {
            return Optional.empty();
          }
          text.append(size.get());
        }
      }
    }
    return Optional.of(text.toString());
  }

  /** Joins with a point, where both sides are there. */
  static String join(String left, String right) {
    return left.isEmpty() || right.isEmpty() ? left + right : left + "." + right;
  }
}
