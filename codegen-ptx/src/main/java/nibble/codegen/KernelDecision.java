package nibble.codegen;

import nibble.ir.Location;

/**
 * How a kernel computes something, and why.
 *
 * @param location of the operation that it is about
 * @param text what and why, without a full stop
 */
public record KernelDecision(Location location, String text) {
  /** One line: {@code layer[0].attn (m.nib:3:5): warps compute it, not warpgroups: its values are codes}. */
  public String line() {
    String path = location.path().isEmpty() ? "(no path)" : location.path();
    return path + location.position().map(position -> " (" + position + ")").orElse("") + ": " + text;
  }
}
