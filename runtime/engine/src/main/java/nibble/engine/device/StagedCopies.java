package nibble.engine.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies between any memory of this process and a device, through a few host buffers in turn: while one is on its way,
 * the next is filled. What was copied in may be changed as soon as {@link #copyIn} returns; what was copied out is
 * there when {@link #copyOut} returns.
 */
public final class StagedCopies implements AutoCloseable {
  private static final int DEFAULT_BYTES = 4 << 20;
  private static final int DEFAULT_COUNT = 3;

  /** A host buffer and the event after its last copy. */
  private record Stage(HostBuffer buffer, DeviceEvent done) {}

  private final DeviceStream stream;
  private final List<Stage> stages = new ArrayList<>();
  private final long stageBytes;
  private int next;

  public StagedCopies(Device device, DeviceStream stream) {
    this(device, stream, DEFAULT_BYTES, DEFAULT_COUNT);
  }

  /**
   * Copies in a stream.
   *
   * @param stageBytes size of each host buffer
   * @param count host buffers
   */
  public StagedCopies(Device device, DeviceStream stream, int stageBytes, int count) {
    this.stream = stream;
    this.stageBytes = stageBytes;
    for (int i = 0; i < count; i++) {
      stages.add(new Stage(device.allocateHost(stageBytes), device.event()));
    }
  }

  /**
   * Copies all of a segment to a place in a buffer. The copy is in the stream when this returns, but may not be done.
   */
  public void copyIn(MemorySegment from, DeviceBuffer to, long toOffset) {
    Ranges.require(to, toOffset, from.byteSize());
    for (long at = 0; at < from.byteSize(); at += stageBytes) {
      long bytes = Math.min(stageBytes, from.byteSize() - at);
      Stage stage = take();
      MemorySegment.copy(from, at, stage.buffer.segment(), 0, bytes);
      stream.copyIn(stage.buffer, 0, to, toOffset + at, bytes);
      stream.record(stage.done);
    }
  }

  /** Fills a segment from a place in a buffer, after the work that is in the stream. */
  public void copyOut(DeviceBuffer from, long fromOffset, MemorySegment to) {
    Ranges.require(from, fromOffset, to.byteSize());
    long started = 0;
    long finished = 0;
    List<Stage> underWay = new ArrayList<>();
    while (finished < to.byteSize()) {
      while (started < to.byteSize() && underWay.size() < stages.size()) {
        Stage stage = take();
        long bytes = Math.min(stageBytes, to.byteSize() - started);
        stream.copyOut(from, fromOffset + started, stage.buffer, 0, bytes);
        stream.record(stage.done);
        underWay.add(stage);
        started += bytes;
      }
      Stage oldest = underWay.removeFirst();
      oldest.done.synchronize();
      long bytes = Math.min(stageBytes, to.byteSize() - finished);
      MemorySegment.copy(oldest.buffer.segment(), 0, to, finished, bytes);
      finished += bytes;
    }
  }

  private Stage take() {
    Stage stage = stages.get(next);
    next = (next + 1) % stages.size();
    stage.done.synchronize();
    return stage;
  }

  /** Waits for the copies under way and frees the host buffers. */
  @Override
  public void close() {
    stages.forEach(stage -> {
      stage.done.synchronize();
      stage.done.close();
      stage.buffer.close();
    });
    stages.clear();
  }
}
