package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import nibble.codegen.partition.Space.Reduction;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.Granularities.PerBlock;
import nibble.ir.layout.Granularities.PerGroup;
import nibble.ir.layout.Granularities.PerTensor;
import nibble.ir.layout.Granularities.PerToken;
import nibble.ir.layout.Granularity;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

class SpaceTest {
  private static final Shape SHAPE = Shape.of(Dim.symbol("B"), Dim.of(64), Dim.of(128));

  private static void isAxes(Granularity granularity, Integer... axes) {
    assertEquals(new Reduction.Axes(ImmutableList.copyOf(axes)), Space.boxes(granularity, SHAPE));
  }

  /** So that a quantizer by token joins the kernel that reduces along the last axis. */
  @Test
  void boxesThatAreFibresAreAxes() {
    isAxes(new PerToken(), 2);
    isAxes(new PerTensor(), 0, 1, 2);
    isAxes(new PerAxis(1), 0, 2);
    isAxes(new PerBlock(1, 128), 2);
    isAxes(new PerBlock(64, 128), 1, 2);
    isAxes(new PerGroup(128), 2);
  }

  @Test
  void othersStayBoxes() {
    assertEquals(new Reduction.Boxes(new PerGroup(64)), Space.boxes(new PerGroup(64), SHAPE));
    assertEquals(new Reduction.Boxes(new PerBlock(8, 128)), Space.boxes(new PerBlock(8, 128), SHAPE));
  }
}
