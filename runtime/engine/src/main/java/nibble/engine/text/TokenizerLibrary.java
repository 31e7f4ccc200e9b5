package nibble.engine.text;

import java.nio.file.Path;
import nibble.engine.file.CacheFolder;

/**
 * Settings of the tokenizer library, which it takes from properties of the JVM when it is first used: no downloads, no
 * reports to its makers, the native library from the jar, and its copy of that in our cache instead of the home folder.
 * What the user has set stays.
 */
final class TokenizerLibrary {
  private TokenizerLibrary() {}

  static void prepare() {
    set("ai.djl.offline", "true");
    set("OPT_OUT_TRACKING", "true");
    set("RUST_FLAVOR", "cpu");
    if (System.getenv("DJL_CACHE_DIR") == null && System.getProperty("DJL_CACHE_DIR") == null) {
      Path folder = CacheFolder.named("djl");
      System.setProperty("DJL_CACHE_DIR", folder.toString());
    }
  }

  private static void set(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
