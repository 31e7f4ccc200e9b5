package nibble.codegen.tile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import nibble.codegen.layout.LinearLayout;
import org.junit.jupiter.api.Test;

class ProjectionTest {
  private static final LinearLayout LAYOUT = LinearLayout.parse(
      "{register: [[0, 1], [8, 0]], lane: [[0, 2], [1, 0], [2, 0]], warp: [[4, 0], [0, 4]]} -> {dim0: 16, dim1: 8}");

  /** Registers that would hold copies go, lanes and warps stay and hold them. */
  @Test
  void copiesInRegistersGo() {
    assertEquals(
        "{register: [[8, 0]], lane: [[0, 0], [1, 0], [2, 0]], warp: [[4, 0], [0, 0]]} -> {dim0: 16, dim1: 1}",
        Projection.project(LAYOUT, 1).toString());
    assertEquals(
        "{register: [[0, 1]], lane: [[0, 2], [0, 0], [0, 0]], warp: [[0, 0], [0, 4]]} -> {dim0: 1, dim1: 8}",
        Projection.project(LAYOUT, 0).toString());
  }

  @Test
  void bothAxes() {
    assertEquals(1, Projection.project(LAYOUT, 0, 1).inputSize("register"));
    assertEquals(Projection.project(LAYOUT, 0, 1), Projection.project(Projection.project(LAYOUT, 1), 0));
  }
}
