package nibble.emulator.code;

/**
 * One call of a helper.
 *
 * @param arguments register offsets, predicate numbers and constants, in the helper's order
 * @param guard the predicate of {@code @p}, or -1
 * @param negated whether the guard is {@code @!p}
 */
public record Step(Helper helper, int[] arguments, int guard, boolean negated) {
  /** A step that always executes. */
  public static final int UNGUARDED = -1;
}
