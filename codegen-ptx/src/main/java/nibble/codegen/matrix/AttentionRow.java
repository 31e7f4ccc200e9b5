package nibble.codegen.matrix;

import nibble.ir.Module;
import nibble.ir.Registry;

/** An attention in a table of the matrix of attention, by every clause of precision. */
public interface AttentionRow {
  /** The table that it stands in, and what that is about: a heading. */
  String table();

  /** What it is called in its table. */
  String title();

  /**
   * A module with it.
   *
   * @param registry of its ops
   */
  Module module(AttentionClause clause, Registry registry);
}
