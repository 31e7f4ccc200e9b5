package nibble.engine.device;

/**
 * What a device is.
 *
 * @param name as users choose it: {@code cuda:0}, {@code emulator}
 * @param description the product, for people
 * @param target the architecture that PTX for it should name: {@code sm_90a}
 * @param multiprocessors streaming multiprocessors
 * @param maxThreadsPerBlock the largest block
 * @param sharedBytesPerBlock shared memory that a block may have without asking for more
 * @param maxSharedBytesPerBlock shared memory that a block may ask for
 * @param totalBytes global memory
 */
public record DeviceInfo(
    String name,
    String description,
    String target,
    int multiprocessors,
    int maxThreadsPerBlock,
    int sharedBytesPerBlock,
    int maxSharedBytesPerBlock,
    long totalBytes) {}
