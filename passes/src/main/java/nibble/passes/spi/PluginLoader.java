package nibble.passes.spi;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.zip.ZipException;
import nibble.ir.diagnostic.InputException;

/** Finds plugins. What goes wrong is said in terms of the jar and the plugin, with a hint, not as a stack trace. */
final class PluginLoader {
  private static final String SERVICE = "META-INF/services/" + Plugin.class.getName();

  private PluginLoader() {}

  static ImmutableList<Plugin> fromClassPath(ClassLoader loader) {
    return load(ServiceLoader.load(Plugin.class, loader), "the class path", Optional.empty());
  }

  /** Plugins of a jar. Its class loader stays open as long as anything of the plugin is in use. */
  static ImmutableList<Plugin> fromJar(Path jar) {
    requirePluginJar(jar);
    URLClassLoader loader = new URLClassLoader(new URL[] {url(jar)}, Plugin.class.getClassLoader());
    ImmutableList<Plugin> plugins = load(ServiceLoader.load(Plugin.class, loader), jar.toString(), Optional.of(loader));
    if (plugins.isEmpty()) {
      throw noPlugin(jar, SERVICE + " in it names no class of its own");
    }
    return plugins;
  }

  private static void requirePluginJar(Path jar) {
    if (!Files.isRegularFile(jar)) {
      throw new InputException("there is no plugin jar " + jar);
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      if (file.getEntry(SERVICE) == null) {
        throw noPlugin(jar, "it has no entry " + SERVICE);
      }
    } catch (ZipException e) {
      throw new InputException(jar + " is no jar: " + e.getMessage());
    } catch (IOException e) {
      throw new InputException("can't read the plugin jar " + jar + ": " + e.getMessage());
    }
  }

  private static InputException noPlugin(Path jar, String why) {
    return new InputException(
        "the jar " + jar + " holds no plugin: " + why,
        "put the name of the class that implements " + Plugin.class.getName() + " into " + SERVICE);
  }

  /** The providers; of those, where a loader is given, the ones that it loads itself and not through its parent. */
  private static ImmutableList<Plugin> load(
      ServiceLoader<Plugin> services, String where, Optional<? extends ClassLoader> own) {
    ImmutableList.Builder<Plugin> plugins = ImmutableList.builder();
    try {
      Iterator<ServiceLoader.Provider<Plugin>> providers = services.stream().iterator();
      while (providers.hasNext()) {
        ServiceLoader.Provider<Plugin> provider = providers.next();
        if (own.isEmpty() || provider.type().getClassLoader() == own.get()) {
          plugins.add(provider.get());
        }
      }
    } catch (ServiceConfigurationError e) {
      throw failure("a plugin of " + where, e);
    } catch (LinkageError e) {
      throw failure("a plugin of " + where, e);
    }
    return plugins.build();
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The message for what a plugin threw. */
  static InputException failure(String who, Throwable thrown) {
    boolean wrapped = thrown instanceof ServiceConfigurationError && thrown.getCause() != null;
    Throwable cause = wrapped ? thrown.getCause() : thrown;
    if (cause instanceof LinkageError && !(cause instanceof ExceptionInInitializerError)) {
      return new InputException(
          who + " does not fit this version of Nibble: " + cause, "build it against this version of Nibble");
    }
    return new InputException(who + " failed: " + cause, "this is a bug of the plugin");
  }
}
