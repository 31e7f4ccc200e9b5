package nibble.engine.fuzz;

/**
 * One operation of a sketch. The numbers choose operands and attributes, each modulo the number of choices; 0 is the
 * plainest one, so that smaller numbers make simpler programs.
 *
 * @param kind what is appended
 * @param a first choice
 * @param b second choice
 * @param c third choice
 */
public record Step(Kind kind, int a, int b, int c) {
  /** What a step appends; simple ones first. */
  public enum Kind {
    UNARY,
    BINARY,
    REDUCE,
    PRODUCT,
    CAST,
    TRANSPOSE,
    RESHAPE,
    SLICE,
    BROADCAST,
    CONCAT,
    COMPARE,
    SELECT,
    LOGIC,
    INTEGER,
    GATHER,
    CONSTANT,
    IOTA,
    COMPOSITE,
    QUANTIZE,
    QUANTIZED_PRODUCT,
    BATCH_PRODUCT,
    EXPERTS,
    PRUNE
  }
}
