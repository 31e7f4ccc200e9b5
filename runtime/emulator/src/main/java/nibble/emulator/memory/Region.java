package nibble.emulator.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Live or freed memory of an allocation. */
public final class Region {
  private static final int ALIGNMENT = 256;
  /** From so many bytes on, memory that nobody touches takes none of the process. */
  private static final long LARGE = 1L << 31;

  private final long base;
  private final long size;
  private final String name;
  private final boolean readOnly;
  private final Arena arena;
  private final MemorySegment segment;
  private final Optional<WrittenBytes> written;
  private volatile boolean live = true;

  Region(long base, long size, String name, boolean readOnly, boolean isTracked) {
    this.base = base;
    this.size = size;
    this.name = name;
    this.readOnly = readOnly;
    this.arena = Arena.ofShared();
    // A segment of no bytes is legal and every access to it is out of bounds.
    this.segment = size < LARGE ? arena.allocate(size, ALIGNMENT) : largeSegment(arena, size);
    this.written = isTracked ? Optional.of(new WrittenBytes(size)) : Optional.empty();
  }

  /** Zero bytes of a file with a hole, whose name is gone at once. */
  private static MemorySegment largeSegment(Arena arena, long size) {
    try {
      Path file = Files.createTempFile("ptx-memory", "");
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      return arena.allocate(size, ALIGNMENT);
    }
  }

  /** Address of the first byte. */
  public long base() {
    return base;
  }

  public long size() {
    return size;
  }

  public String name() {
    return name;
  }

  /** Whether kernels may not write here, as in constant memory. */
  public boolean isReadOnly() {
    return readOnly;
  }

  /** Whether it has not been freed. */
  public boolean isLive() {
    return live;
  }

  /** The bytes, of which the first is at offset 0. */
  public MemorySegment segment() {
    return segment;
  }

  /** Which bytes have been written, where the machine keeps count of that. */
  public Optional<WrittenBytes> written() {
    return written;
  }

  /** Number among all regions, freed ones included. */
  public int slot() {
    return (int) (base >>> Addresses.SLOT_BITS);
  }

  synchronized boolean free() {
    if (!live) {
      return false;
    }
    live = false;
    arena.close();
    return true;
  }

  @Override
  public String toString() {
    return "'" + name + "' of " + size + " bytes at " + Addresses.hex(base);
  }
}
