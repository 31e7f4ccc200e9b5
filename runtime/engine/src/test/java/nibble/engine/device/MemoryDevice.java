package nibble.engine.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/** A device of plain memory for tests: no kernels, and a stream's work is done only when something waits for it. */
public final class MemoryDevice implements Device {
  private static final int SIZE = 1 << 20;
  private final String name;
  private final MemorySegment memory = MemorySegment.ofArray(new byte[SIZE]);
  private final MemoryPool pool = new MemoryPool(new WholeMemory(), SIZE);
  private final Queue<Runnable> work = new ArrayDeque<>();
  private int mostUnderWay;

  public MemoryDevice(String name) {
    this.name = name;
  }

  public static DeviceProvider provider(String name) {
    return provider(name, Optional.empty());
  }

  static DeviceProvider provider(String name, Optional<String> absence) {
    return new DeviceProvider() {
      @Override
      public Optional<String> absence() {
        return absence;
      }

      @Override
      public int count() {
        return absence.isPresent() ? 0 : 1;
      }

      @Override
      public Device open(int index) {
        return new MemoryDevice(name);
      }
    };
  }

  private static final class WholeMemory implements MemoryPool.Source {
    private boolean taken;

    @Override
    public long take(long bytes) {
      if (taken || bytes > SIZE) {
        throw new DeviceException("out of memory");
      }
      taken = true;
      return 0;
    }

    @Override
    public void giveBack(long address) {
      taken = false;
    }
  }

  private record Buffer(String name, long size, long address, MemoryPool pool,
      boolean[] closed) implements DeviceBuffer {
    @Override
    public void close() {
      if (!closed[0]) {
        closed[0] = true;
        pool.free(address);
      }
    }

    @Override
    public boolean isClosed() {
      return closed[0];
    }
  }

  private record Host(MemorySegment segment) implements HostBuffer {
    @Override
    public void close() {
      segment.fill((byte) 0xee);
    }
  }

  private final class Stream implements DeviceStream {
    @Override
    public void copyIn(HostBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
      later(() -> MemorySegment.copy(from.segment(), fromOffset, memory, to.address() + toOffset, bytes));
    }

    @Override
    public void copyOut(DeviceBuffer from, long fromOffset, HostBuffer to, long toOffset, long bytes) {
      later(() -> MemorySegment.copy(memory, from.address() + fromOffset, to.segment(), toOffset, bytes));
    }

    @Override
    public void copy(DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
      later(() -> MemorySegment.copy(memory, from.address() + fromOffset, memory, to.address() + toOffset, bytes));
    }

    @Override
    public void fill(DeviceBuffer buffer, long offset, long bytes, byte value) {
      later(() -> memory.asSlice(buffer.address() + offset, bytes).fill(value));
    }

    @Override
    public void launch(Launch launch) {
      throw new DeviceException("a device without kernels");
    }

    @Override
    public void record(DeviceEvent event) {
      ((Event) event).pending = true;
      work.add(() -> ((Event) event).pending = false);
    }

    @Override
    public void waitFor(DeviceEvent event) {
      // There is one queue.
    }

    @Override
    public void synchronize() {
      MemoryDevice.this.synchronize();
    }

    @Override
    public void close() {
      MemoryDevice.this.synchronize();
    }
  }

  private final class Event implements DeviceEvent {
    private boolean pending;

    @Override
    public boolean isReached() {
      return !pending;
    }

    @Override
    public void synchronize() {
      while (pending) {
        work.remove().run();
      }
    }

    @Override
    public double millisecondsSince(DeviceEvent earlier) {
      return 0;
    }

    @Override
    public void close() {
      // It holds nothing.
    }
  }

  private void later(Runnable task) {
    work.add(task);
    mostUnderWay = Math.max(mostUnderWay, work.size());
  }

  /** The most work that ever waited at once. */
  int mostUnderWay() {
    return mostUnderWay;
  }

  @Override
  public DeviceInfo info() {
    return new DeviceInfo(name, "plain memory", "sm_80", 1, 1024, 48 << 10, 99 << 10, SIZE);
  }

  @Override
  public MemoryInfo memory() {
    return new MemoryInfo(SIZE - pool.statistics().usedBytes(), SIZE);
  }

  @Override
  public DeviceBuffer allocate(String buffer, long bytes) {
    return new Buffer(buffer, bytes, pool.allocate(buffer, bytes), pool, new boolean[1]);
  }

  @Override
  public HostBuffer allocateHost(long bytes) {
    return new Host(MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]));
  }

  @Override
  public DeviceModule load(String module, String ptx) {
    throw new DeviceException("a device without kernels");
  }

  @Override
  public KernelArgument.TensorMap tensorMap(TensorView view) {
    throw new DeviceException("no tensor maps here");
  }

  @Override
  public DeviceStream stream() {
    return new Stream();
  }

  @Override
  public DeviceEvent event() {
    return new Event();
  }

  @Override
  public void synchronize() {
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }

  @Override
  public MemoryStatistics statistics() {
    return pool.statistics();
  }

  @Override
  public void close() {
    synchronize();
    pool.close();
  }
}
