package nibble.engine.device;

/**
 * Global memory of a device at one moment.
 *
 * @param freeBytes what can still be had
 * @param totalBytes all of it
 */
public record MemoryInfo(long freeBytes, long totalBytes) {}
