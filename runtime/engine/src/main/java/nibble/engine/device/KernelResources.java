package nibble.engine.device;

/**
 * What a kernel takes.
 *
 * @param registers of a thread
 * @param sharedBytes static shared memory of a block
 * @param localBytes local memory of a thread; not 0 where registers were spilled
 * @param maxThreadsPerBlock the largest block that it can be launched with
 */
public record KernelResources(int registers, int sharedBytes, int localBytes, int maxThreadsPerBlock) {}
