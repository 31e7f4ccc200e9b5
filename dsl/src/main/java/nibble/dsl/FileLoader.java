package nibble.dsl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Finds the files that imports name. */
@FunctionalInterface
public interface FileLoader {
  /** Finds nothing. */
  FileLoader NONE = (importer, path) -> Optional.empty();

  /**
   * The file that an import names, or nothing where there is none.
   *
   * @param importer name of the file with the import
   * @param path as written, relative to the importing file
   */
  Optional<SourceFile> load(String importer, String path);

  /** Files of the file system. A file that can't be read is as good as none. */
  static FileLoader ofFileSystem() {
    return (importer, path) -> {
      try {
        Path file = Path.of(importer).resolveSibling(path).normalize();
        return Files.isRegularFile(file) ? Optional.of(SourceFile.read(file)) : Optional.empty();
      } catch (IOException | InvalidPathException e) {
        return Optional.empty();
      }
    };
  }

  /** Texts by file name, without folders. */
  static FileLoader of(Map<String, String> texts) {
    return (importer, path) -> Optional.ofNullable(texts.get(path)).map(text -> new SourceFile(path, text));
  }
}
