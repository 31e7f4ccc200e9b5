package nibble.emulator.model;

import java.util.List;
import java.util.Optional;

/**
 * A variable, a parameter, or a range of registers.
 *
 * @param name empty for an unnamed parameter of a prototype
 * @param lanes elements of a vector type; 1 for a scalar
 * @param align in bytes
 * @param count array elements; 1 for a scalar, 0 for an array of no stated size ({@code name[]})
 * @param isArray whether a dimension was written
 * @param range registers {@code name0} to {@code name(range-1)} for {@code name<range>}; 0 for a single name
 */
public record Variable(
    StateSpace space,
    PtxType type,
    int lanes,
    int align,
    String name,
    long count,
    boolean isArray,
    int range,
    Optional<Initialiser> initialiser,
    Linkage linkage,
    Position position) {
  /** Visibility of a symbol. */
  public enum Linkage {
    INTERNAL,
    EXTERN,
    VISIBLE,
    WEAK,
    COMMON
  }

  /** What a variable holds at first. */
  public sealed interface Initialiser {
    /** One element. */
    record Value(Operand operand) implements Initialiser {}

    /** Elements in braces; trailing ones that are not written are zero. */
    record Elements(List<Initialiser> elements) implements Initialiser {
      public Elements {
        elements = List.copyOf(elements);
      }
    }
  }

  /** Size in memory, of all elements. */
  public long bytes() {
    return count * lanes * type.bytes();
  }
}
