package nibble.dsl;

import java.util.Optional;
import nibble.ir.Registry;

/**
 * What a compilation may use.
 *
 * @param registry ops and formats that can be named
 * @param catalog the weight file to check weights against; none to leave them unchecked
 * @param loader finds imported files
 */
public record CompileOptions(Registry registry, Optional<WeightCatalog> catalog, FileLoader loader) {
  /** The built-in registry, no weight file, imports from the file system. */
  public static CompileOptions standard() {
    return new CompileOptions(Registry.core(), Optional.empty(), FileLoader.ofFileSystem());
  }

  public CompileOptions withRegistry(Registry other) {
    return new CompileOptions(other, catalog, loader);
  }

  public CompileOptions withCatalog(WeightCatalog other) {
    return new CompileOptions(registry, Optional.of(other), loader);
  }

  public CompileOptions withLoader(FileLoader other) {
    return new CompileOptions(registry, catalog, other);
  }
}
