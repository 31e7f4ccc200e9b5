package nibble.codegen.target;

/**
 * A graphics card that is sold with an architecture, for modelled times.
 *
 * @param name such as {@code A100}
 * @param multiprocessors how many it has
 * @param clockMhz the boost clock
 * @param memoryGigabytesPerSecond the bandwidth of its memory, in 10^9 bytes per second
 */
public record Part(String name, int multiprocessors, int clockMhz, int memoryGigabytesPerSecond) {}
