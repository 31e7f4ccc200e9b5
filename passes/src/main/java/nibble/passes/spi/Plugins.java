package nibble.passes.spi;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.passes.BuiltInPasses;
import nibble.passes.Pass;
import nibble.passes.attention.sparse.SparseAttention;
import nibble.passes.pipeline.OptionSyntax;
import nibble.passes.pipeline.PassRegistry;

/**
 * The plugins of one run of Nibble, and the registries that the built-in parts and they make together.
 *
 * @param loaded in order of loading
 * @param passes all passes; its {@link PassRegistry#ir()} holds all ops, formats and layouts
 */
public record Plugins(ImmutableList<Plugin> loaded, PassRegistry passes) {
  /** No plugin. */
  public static Plugins none() {
    return of(List.of());
  }

  /**
   * The plugins on the class path.
   *
   * @throws InputException where one of them can't be used
   */
  public static Plugins onClassPath() {
    return of(PluginLoader.fromClassPath(Plugins.class.getClassLoader()));
  }

  /**
   * These plugins and those of jars.
   *
   * @throws InputException where a jar holds no plugin, or one that can't be used
   */
  public Plugins withJars(Collection<Path> jars) {
    ImmutableList.Builder<Plugin> all = ImmutableList.<Plugin>builder().addAll(loaded);
    jars.forEach(jar -> all.addAll(PluginLoader.fromJar(jar)));
    return of(all.build());
  }

  /**
   * These plugins.
   *
   * @throws InputException where a plugin can't be used, or two give one name to different things
   */
  public static Plugins of(Collection<? extends Plugin> plugins) {
    Map<String, Plugin> names = new HashMap<>();
    ImmutableList.Builder<Plugin> loaded = ImmutableList.builder();
    for (Plugin plugin : plugins) {
      String name = ask(plugin, Plugin::name);
      if (ask(plugin, Plugin::spi) != Plugin.SPI) {
        throw new InputException(
            "the plugin " + name + " is built for version " + plugin.spi() + " of the plugin interface, not "
                + Plugin.SPI,
            "build it against this version of Nibble");
      }
      if (names.putIfAbsent(name, plugin) != null) {
        throw new InputException("two plugins have the name " + name, "load each plugin once");
      }
      loaded.add(plugin);
    }
    return new Plugins(loaded.build(), registry(loaded.build()));
  }

  private static PassRegistry registry(List<Plugin> plugins) {
    Registry ir = Registry.core();
    ImmutableList.Builder<Class<? extends Pass>> passes =
        ImmutableList.<Class<? extends Pass>>builder().addAll(BuiltInPasses.ALL);
    ImmutableMap.Builder<String, Class<? extends Pass>> clauses = ImmutableMap.builder();
    ImmutableList.Builder<SparseAttention.Clause> attentions = ImmutableList.builder();
    ImmutableList.Builder<OptionSyntax<?>> syntaxes = ImmutableList.builder();
    PassRegistry registry =
        PassRegistry.of(ir, passes.build(), clauses.buildOrThrow(), BuiltInPasses.SYNTAXES);
    for (Plugin plugin : plugins) {
      Registry before = ir;
      ir = ask(plugin, p -> before.with(List.of(p)));
      passes.addAll(ask(plugin, Plugin::passes));
      clauses.putAll(ask(plugin, Plugin::clauses));
      ask(plugin, p -> p.extensions(OptionSyntax.class)).forEach(syntaxes::add);
      ask(plugin, p -> p.extensions(SparseAttention.Clause.class)).forEach(attentions::add);
      Registry known = ir;
      registry = ask(plugin, p -> PassRegistry.of(known, passes.build(), clauses.buildOrThrow(),
          ImmutableList.<OptionSyntax<?>>builder()
              .addAll(BuiltInPasses.syntaxes(attentions.build())).addAll(syntaxes.build()).build()));
    }
    return registry;
  }

  /** Ops, formats and layouts. */
  public Registry registry() {
    return passes.ir();
  }

  /** What all plugins contribute to an extension point. */
  public <T> ImmutableList<T> extensions(Class<T> point) {
    return loaded.stream()
        .flatMap(plugin -> ask(plugin, p -> p.extensions(point)).stream())
        .collect(ImmutableList.toImmutableList());
  }

  /** Calls a plugin; whatever it throws becomes a message that names it. */
  private static <T> T ask(Plugin plugin, Function<Plugin, T> question) {
    try {
      return question.apply(plugin);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw PluginLoader.failure("the plugin " + plugin.getClass().getName(), e);
    }
  }
}
