package nibble.codegen.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.ir.op.Reshape;
import nibble.ir.op.Slice;
import nibble.ir.op.Transpose;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;
import org.junit.jupiter.api.Test;

class ViewedAxesTest {
  private static final Dim B = Dim.symbol("B");
  private static final Dim S = Dim.symbol("S");

  private static Shape shape(Object... extents) {
    return Shape.of(Stream.of(extents).map(extent -> extent instanceof Dim dim ? dim : Dim.of((int) extent)).toList());
  }

  /** The heads of {@code [B,S,384]}. */
  private static ViewedAxes heads(Shape source) {
    return ViewedAxes.of(source).through(new Reshape(shape(B, S, 12, 32)), shape(B, S, 12, 32)).orElseThrow()
        .through(new Transpose(ImmutableList.of(0, 2, 1, 3)), shape(B, 12, S, 32)).orElseThrow();
  }

  private static Optional<String> box(ViewedAxes axes, Object... sides) {
    return axes.box(shape(sides).dims(), ImmutableMap.of()).map(box -> Shape.of(box).toString());
  }

  @Test
  void headsAreDigitsOfColumns() {
    ViewedAxes.Digit head = new ViewedAxes.Digit(2, Dim.of(32), Dim.of(12));
    ViewedAxes.Digit element = new ViewedAxes.Digit(2, Dim.ONE, Dim.of(32));
    assertEquals(
        List.of(List.of(new ViewedAxes.Digit(0, Dim.ONE, B)), List.of(head),
            List.of(new ViewedAxes.Digit(1, Dim.ONE, S)), List.of(element)),
        heads(shape(B, S, 384)).axes());
  }

  @Test
  void boxesOfHeadsAreBoxes() {
    assertEquals(Optional.of("[1,1,32]"), box(heads(shape(B, S, 384)), 1, 1, 1, 32));
    assertEquals(Optional.of("[1,128,32]"), box(heads(shape(B, S, 384)), 1, 1, 128, 32));
    assertEquals(Optional.of("[1,1,16]"), box(heads(shape(B, S, 384)), 1, 1, 1, 16));
    assertEquals(Optional.of("[1,1,64]"), box(ViewedAxes.of(shape(B, S, 384)), 1, 1, 64));
  }

  /** A box of 24 columns would be in two heads, and neighbours of two heads are none. */
  @Test
  void otherBoxesAreNone() {
    assertEquals(Optional.empty(), box(heads(shape(B, S, 384)), 1, 1, 1, 24));
    assertEquals(Optional.empty(), box(heads(shape(B, S, 384)), 1, 2, 1, 16));
    assertEquals(Optional.empty(), box(heads(shape(B, S, 384)), 1, 2, 1, 1));
  }

  /** Where batches are rows, runs of rows stay in one if what is known of their number says so. */
  @Test
  void joinedRowsMayBeAligned() {
    ViewedAxes joined = heads(shape(B.times(S), 384));
    assertEquals(Optional.of("[1,32]"), box(joined, 1, 1, 1, 32));
    assertEquals(Optional.empty(), box(joined, 1, 1, 128, 32));
    assertEquals(
        Optional.of(ImmutableList.of(Dim.of(128), Dim.of(32))),
        joined.box(shape(1, 1, 128, 32).dims(), ImmutableMap.of("S", new SymbolBounds("S", 1, 256))));
  }

  @Test
  void headsJoinAgain() {
    ViewedAxes joined = ViewedAxes.of(shape(B, 12, S, 32))
        .through(new Transpose(ImmutableList.of(0, 2, 1, 3)), shape(B, S, 12, 32)).orElseThrow()
        .through(new Reshape(shape(B.times(S), 384)), shape(B.times(S), 384)).orElseThrow();
    assertEquals(Optional.of("[1,1,1,32]"), box(joined, 1, 32));
    assertEquals(Optional.of("[1,1,1,16]"), box(joined, 1, 16));
    // A box of two heads is none of neighbours, but one of the tensor.
    assertEquals(Optional.of("[1,2,1,32]"), box(joined, 1, 64));
  }

  /** A box that ends in the middle of a head goes on in the next one, which is no neighbour. */
  @Test
  void boxesOfJoinedHeadsMayBeNone() {
    ViewedAxes joined = ViewedAxes.of(shape(B, 3, S, 24))
        .through(new Transpose(ImmutableList.of(0, 2, 1, 3)), shape(B, S, 3, 24)).orElseThrow()
        .through(new Reshape(shape(B, S, 72)), shape(B, S, 72)).orElseThrow();
    assertEquals(Optional.empty(), box(joined, 1, 1, 32));
    assertEquals(Optional.empty(), box(joined, 1, 1, 16));
    assertEquals(Optional.of("[1,1,1,8]"), box(joined, 1, 1, 8));
    assertEquals(Optional.of("[1,1,1,24]"), box(joined, 1, 1, 24));
    // The last box of two heads has one.
    assertEquals(Optional.of("[1,2,1,24]"), box(joined, 1, 1, 48));
    // Rows are the only digit of their axis, so that their last box may be incomplete.
    assertEquals(Optional.of("[1,1,32,24]"), box(joined, 1, 32, 24));
  }

  @Test
  void otherViewsAreRefused() {
    ViewedAxes axes = ViewedAxes.of(shape(B, 6));
    assertEquals(Optional.empty(), axes.through(new Slice(1, Dim.ZERO, Dim.of(2), 1), shape(B, 2)));
    assertEquals(Optional.empty(), ViewedAxes.of(shape(4, 6)).through(new Reshape(shape(3, 8)), shape(3, 8)));
    assertEquals(Optional.of("[1,2]"),
        box(axes.through(new Reshape(shape(B, 1, 3, 2)), shape(B, 1, 3, 2)).orElseThrow(), 1, 1, 1, 2));
  }
}
