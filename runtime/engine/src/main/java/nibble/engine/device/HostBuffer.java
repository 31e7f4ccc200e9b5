package nibble.engine.device;

import java.lang.foreign.MemorySegment;

/** Memory of this process that asynchronous copies can reach. */
public interface HostBuffer extends AutoCloseable {
  /** The memory; not to be used after {@link #close}, and not while a copy from or to it is under way. */
  MemorySegment segment();

  default long size() {
    return segment().byteSize();
  }

  @Override
  void close();
}
