package nibble.dsl.lower;

import java.util.Optional;
import nibble.dsl.syntax.Declaration;

/**
 * A function that can be called.
 *
 * @param declaration as written
 * @param home the file that it is in
 * @param self the instance that it belongs to; none of a function of a file
 */
record FunctionRef(Declaration.Function declaration, FileScope home, Optional<Instance> self) {
  String name() {
    return declaration.name();
  }

  /** {@code layer[0].attn.q.forward}. */
  String path() {
    return self.map(Instance::path).filter(path -> !path.isEmpty()).map(path -> path + "." + name()).orElse(name());
  }

  /** {@code Linear.forward}: what messages call it. */
  String title() {
    return self.map(Instance::type)
        .filter(type -> !type.declaration().isModel())
        .map(type -> type.name() + "." + name())
        .orElse(name());
  }

  /** What names mean in its signature, besides the sizes that calls bind. */
  Context context() {
    return self.<Context>map(instance -> instance).orElse(home);
  }
}
