package nibble.engine.device;

import com.google.common.collect.ImmutableList;

/**
 * How a device's memory is used.
 *
 * @param usedBytes in buffers now, rounded up to their alignment
 * @param peakBytes the most that was ever in buffers
 * @param reservedBytes what was taken from the device, in buffers or not
 * @param allocations buffers ever made
 * @param reuses those that got memory which another had before, or that was left over
 * @param live the buffers that are open, in order of their making
 */
public record MemoryStatistics(
    long usedBytes, long peakBytes, long reservedBytes, long allocations, long reuses, ImmutableList<LiveBuffer> live) {
  /** A buffer that is open. */
  public record LiveBuffer(String name, long bytes) {}

  /** The open buffers as a list for people; empty where there are none. */
  public String leakReport() {
    if (live.isEmpty()) {
      return "";
    }
    StringBuilder report = new StringBuilder(live.size() + " buffers were not given back:");
    live.forEach(buffer -> report.append("\n  " + buffer.name + ", " + buffer.bytes + " bytes"));
    return report.toString();
  }
}
