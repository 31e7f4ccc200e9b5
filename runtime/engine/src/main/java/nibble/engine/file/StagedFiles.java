package nibble.engine.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files that appear together or not at all. Each is written beside its place first; when all are whole, all are moved
 * there. A new file gets the permissions that the process gives, one that is replaced keeps its own, and a symbolic
 * link stays one. What is neither file nor folder, such as {@code /dev/stdout}, can't be replaced and is written last.
 */
public final class StagedFiles implements AutoCloseable {
  private static final int PIECE = 1 << 20;
  private static final String PREFIX = ".nibble-";

  private final Map<Path, Path> staged = new LinkedHashMap<>();
  private final Map<Path, Content> streams = new LinkedHashMap<>();
  private final List<Path> outdated = new ArrayList<>();
  private final Deque<Path> folders = new ArrayDeque<>();

  /** What goes into a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Makes a folder and those around it; they go again where the files are never put in place.
   *
   * @throws nibble.ir.diagnostic.InputException where it can't be made
   */
  public void folder(Path folder) {
    List<Path> missing = new ArrayList<>();
    for (Path at = folder.toAbsolutePath().normalize(); at != null && !Files.isDirectory(at); at = at.getParent()) {
      if (Files.exists(at)) {
        throw new FileFault(folder).of("the folder can't be made: " + at + " is a file");
      }
      missing.addFirst(at);
    }
    try {
      for (Path one : missing) {
        Files.createDirectory(one);
        folders.push(one);
      }
    } catch (IOException e) {
      throw new FileFault(folder).of("the folder can't be made: " + FileFault.reason(e));
    }
  }

  /**
   * Writes a file beside its place.
   *
   * @throws nibble.ir.diagnostic.InputException where it can't be written
   */
  public void add(Path path, Content content) {
    requirePlace(path);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      streams.put(path, content);
      return;
    }
    try {
      Path place = Files.isSymbolicLink(path) && Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
      Path written = Files.createTempFile(place.getParent(), PREFIX, ".part", permissions(place));
      Path earlier = staged.put(place, written);
      if (earlier != null) {
        Files.delete(earlier);
      }
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(written), PIECE)) {
        content.writeTo(out);
      }
      if (isPosix(place) && Files.exists(place)) {
        Files.setPosixFilePermissions(written, Files.getPosixFilePermissions(place));
      }
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  /** Has a file go when the others come, where it is there. */
  public void remove(Path path) {
    if (Files.isRegularFile(path)) {
      outdated.add(path.toAbsolutePath());
    }
  }

  private static FileAttribute<?>[] permissions(Path place) {
    // Without them the file would be its owner's alone; the process's mask takes away what it shall not have.
    return isPosix(place)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-rw-rw-"))}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /**
   * Puts all files in place.
   *
   * @throws nibble.ir.diagnostic.InputException where one can't be moved; then all places are as they were
   */
  public void commit() {
    Map<Path, Path> earlier = new LinkedHashMap<>();
    List<Path> done = new ArrayList<>();
    Path at = null;
    try {
      for (Path file : outdated) {
        at = file;
        earlier.put(at, keep(at));
      }
      for (Map.Entry<Path, Path> file : staged.entrySet()) {
        at = file.getKey();
        if (staged.size() > 1 && Files.isRegularFile(at)) {
          earlier.put(at, keep(at));
        }
        Files.move(file.getValue(), at, StandardCopyOption.REPLACE_EXISTING);
        done.add(at);
      }
      for (Map.Entry<Path, Content> stream : streams.entrySet()) {
        at = stream.getKey();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(at), PIECE)) {
          stream.getValue().writeTo(out);
        }
      }
    } catch (IOException e) {
      undo(done, earlier);
      throw unwritable(at, e);
    }
    folders.clear();
    earlier.values().forEach(StagedFiles::delete);
  }

  /** Another name of the file, under which it stays when its place is taken. */
  private static Path keep(Path file) throws IOException {
    Path kept = Files.createTempFile(file.getParent(), PREFIX, ".old");
    return Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void undo(List<Path> done, Map<Path, Path> earlier) {
    done.forEach(StagedFiles::delete);
    earlier.forEach((place, kept) -> {
      try {
        Files.move(kept, place, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException e) {
        throw unwritable(place, e);
      }
    });
  }

  /** Removes what was not put in place. */
  @Override
  public void close() {
    staged.values().forEach(StagedFiles::delete);
    folders.forEach(StagedFiles::delete);
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new FileFault(path).of("can't be removed: " + FileFault.reason(e));
    }
  }

  /**
   * Refuses places where no file can be, before long work is done for it.
   *
   * @throws nibble.ir.diagnostic.InputException where its folder does not exist, or the place is a folder
   */
  public static void requirePlace(Path path) {
    if (Files.isDirectory(path)) {
      throw new FileFault(path).of("can't be written: it is a folder", "name a file in it");
    }
    Path folder = path.toAbsolutePath().getParent();
    if (!Files.exists(folder)) {
      throw new FileFault(path).of("can't be written: its folder does not exist", "make it with: mkdir -p " + folder);
    }
    if (!Files.isDirectory(folder)) {
      throw new FileFault(path).of("can't be written: " + folder + " is no folder");
    }
    if (!Files.isWritable(Files.exists(path) && !Files.isRegularFile(path) ? path : folder)) {
      throw new FileFault(path).of("can't be written: permission denied");
    }
  }

  private static RuntimeException unwritable(Path path, IOException e) {
    return new FileFault(path).of("can't be written: " + FileFault.reason(e));
  }
}
