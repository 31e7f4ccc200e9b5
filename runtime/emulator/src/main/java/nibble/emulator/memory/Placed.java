package nibble.emulator.memory;

/**
 * A variable within a memory.
 *
 * @param offset of its first byte
 */
public record Placed(String name, long offset, long bytes) {}
