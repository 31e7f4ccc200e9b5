package nibble.engine.compile;

import java.nio.file.Path;
import java.util.List;
import nibble.codegen.Backend;
import nibble.codegen.kernel.KernelGenerator;
import nibble.ir.Registry;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;

/**
 * What compiles models: the built-in parts and those of plugins.
 *
 * @param plugins the plugins, and the registries that they and the built-in parts make
 */
public record Toolchain(Plugins plugins) {
  /**
   * The plugins on the class path and those of jars.
   *
   * @throws nibble.ir.diagnostic.InputException where a jar holds no plugin, or one that can't be used
   */
  public static Toolchain withPlugins(List<Path> jars) {
    return new Toolchain(Plugins.onClassPath().withJars(jars));
  }

  /** Ops, formats and layouts. */
  public Registry registry() {
    return plugins.registry();
  }

  public PassRegistry passes() {
    return plugins.passes();
  }

  public Backend backend() {
    return new Backend(registry(), plugins.extensions(KernelGenerator.class));
  }
}
