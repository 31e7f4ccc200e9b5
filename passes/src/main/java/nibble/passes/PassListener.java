package nibble.passes;

import nibble.ir.Module;

/** Watches a pipeline run: for dumps, progress, reports. */
public interface PassListener {
  /**
   * A pass about to run or just run.
   *
   * @param index its place in the pipeline, from 0
   * @param count how many passes the pipeline has
   * @param pass its name
   * @param text its pipeline text
   */
  record Step(int index, int count, String pass, String text) {}

  default void before(Step step, Module module) {}

  /**
   * Called when the pass has run and its result was verified; {@code after} is {@code before} where nothing changed.
   */
  default void after(Step step, Module before, Module after) {}
}
