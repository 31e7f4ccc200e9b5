package nibble.dsl.lower;

import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;

/** What names mean that are no values. */
final class Callables {
  private Callables() {}

  /** What such a name is, in words: {@code a function}. */
  static Optional<String> describe(String name, Frame frame) {
    Optional<ComponentType> self = frame.self().map(Instance::type);
    if (self.flatMap(type -> type.instance(name)).isPresent()) {
      Declaration.Instance instance = self.get().instance(name).get();
      return Optional.of((instance.range().isPresent() ? "an array of instances of " : "an instance of ")
          + instance.component());
    }
    if (frame.file().component(name).isPresent()) {
      return Optional.of("a " + frame.file().component(name).get().declaration().kind());
    }
    boolean isFunction = self.flatMap(type -> type.function(name)).isPresent()
        || frame.file().function(name).isPresent()
        || Builtins.find(name).isPresent()
        || frame.session().registry().op(name).isPresent();
    if (isFunction) {
      return Optional.of("a function");
    }
    return frame.session().registry().format(name).map(format -> "a number format");
  }

  /** All names that can be called. */
  static ImmutableSet<String> names(Frame frame) {
    ImmutableSet.Builder<String> names = ImmutableSet.builder();
    frame.self().ifPresent(instance -> instance.type().members().forEach((name, member) -> {
      if (member instanceof Declaration.Function || member instanceof Declaration.Instance) {
        names.add(name);
      }
    }));
    return names
        .addAll(frame.file().namesOf(Declaration.Function.class))
        .addAll(Builtins.names())
        .addAll(frame.session().registry().ops().keySet())
        .build();
  }
}
