package nibble.emulator;

import java.util.List;
import nibble.emulator.memory.GlobalMemory;

/**
 * The machine's global memory. Every allocation stands alone in the address space, so that no wrong index leads from
 * one to another. Safe for threads.
 */
public final class DeviceMemory {
  private final GlobalMemory memory;

  DeviceMemory(GlobalMemory memory) {
    this.memory = memory;
  }

  /**
   * Allocates memory. Its bytes are zero, which is more than a GPU promises: under {@link Check#INIT} a kernel that
   * reads some before it or the host has written them is told on.
   *
   * @param name what faults call it
   * @throws OutOfMemoryError if there is not so much left
   */
  public Allocation allocate(long bytes, String name) {
    return new Allocation(memory.allocate(bytes, name, false));
  }

  /** Allocates memory for a copy of the bytes. */
  public Allocation allocate(byte[] contents, String name) {
    Allocation allocation = allocate(contents.length, name);
    allocation.write(contents);
    return allocation;
  }

  /**
   * Gives memory back. Kernels that use it afterwards fail.
   *
   * @throws IllegalStateException if it was freed before
   */
  public void free(Allocation allocation) {
    if (!memory.free(allocation.region())) {
      throw new IllegalStateException("'" + allocation.name() + "' was freed before");
    }
  }

  /** Bytes allocated and not freed, variables of loaded programs included. */
  public long bytesInUse() {
    return memory.bytesInUse();
  }

  /** All that is allocated and not freed, oldest first. */
  public List<Allocation> allocations() {
    return memory.live().stream().map(Allocation::new).toList();
  }
}
