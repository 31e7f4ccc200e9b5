package nibble.passes.spi;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import nibble.ir.Dialect;
import nibble.passes.Pass;

/**
 * What a plugin contributes. It is a {@link Dialect}, whose {@code name} is that of the plugin, so it may add ops,
 * number formats, granularities, rules of scales, sparse layouts and types; and it may add passes, recipe clauses, and
 * extensions of other modules. Everything is empty unless given. The class needs a public constructor without
 * arguments.
 */
public interface Plugin extends Dialect {
  /** The number of this interface. */
  int SPI = 1;

  /**
   * {@code return Plugin.SPI;}: the compiler copies the number, so that it tells which interface the plugin was built
   * for.
   */
  int spi();

  /** The plugin's own version, for reports. */
  String version();

  /** Record classes, each with {@link nibble.passes.PassInfo}. */
  default ImmutableList<Class<? extends Pass>> passes() {
    return ImmutableList.of();
  }

  /** Names that recipes may use, besides the names of passes, and the pass that each stands for. */
  default ImmutableMap<String, Class<? extends Pass>> clauses() {
    return ImmutableMap.of();
  }

  /**
   * Contributions to an extension point: an interface or class of the module that asks, such as the kernel generators
   * of the backend or {@link nibble.passes.pipeline.OptionSyntax}. A plugin answers with nothing for points that it
   * does not know.
   */
  default <T> ImmutableList<T> extensions(Class<T> point) {
    return ImmutableList.of();
  }
}
