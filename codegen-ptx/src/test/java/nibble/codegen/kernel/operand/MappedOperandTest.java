package nibble.codegen.kernel.operand;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.tile.BufferType;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;
import org.junit.jupiter.api.Test;

/** Which addresses a tensor map tells. */
class MappedOperandTest {
  private static final Dim M = Dim.symbol("M");
  private static final IndexExpr BATCH = IndexExpr.variable("b", Dim.of(3));
  private static final IndexExpr ROW = IndexExpr.variable("m", M);
  private static final IndexExpr DEPTH = IndexExpr.variable("k", Dim.of(96));
  private static final ImmutableMap<String, SymbolBounds> SYMBOLS = ImmutableMap.of("M", SymbolBounds.of("M"));

  private static Optional<MappedOperand> of(NumberFormat format, Shape shape, IndexExpr... at) {
    TensorType type = TensorType.of(shape, format);
    return MappedOperand.of(new Value("x", new BufferType(format)), type, List.of(at), "k", "m", SYMBOLS);
  }

  @Test
  void matricesOfABatch() {
    MappedOperand mapped = of(Formats.F16, Shape.of(Dim.of(3), M, Dim.of(96)), BATCH, ROW, DEPTH).orElseThrow();
    assertEquals(ImmutableList.of("k", "m", "b"), mapped.variables());
    assertEquals(ImmutableList.of(Dim.of(96), M, Dim.of(3)), mapped.extents());
    assertEquals(ImmutableList.of(Dim.of(96), M.times(Dim.of(96))), mapped.strides());
  }

  /** Columns of a wider matrix are steps of its rows; what is behind the product's own depth is zero. */
  @Test
  void rowsOfSeveralAxes() {
    MappedOperand mapped =
        of(Formats.I8, Shape.of(M, Dim.of(3), Dim.of(96)), ROW, BATCH, DEPTH).orElseThrow();
    assertEquals(ImmutableList.of(Dim.of(288), Dim.of(96)), mapped.strides());
    assertEquals(
        ImmutableList.of(Dim.of(128)),
        of(Formats.F16, Shape.of(M, Dim.of(128)), ROW, DEPTH).orElseThrow().strides());
  }

  /** A slice starts behind the first element of a dimension of its own. */
  @Test
  void slices() {
    MappedOperand mapped =
        of(Formats.F16, Shape.of(M, Dim.of(128)), ROW, DEPTH.plus(IndexExpr.of(8))).orElseThrow();
    assertEquals(ImmutableList.of("k", "m", "start"), mapped.variables());
    assertEquals(ImmutableList.of(Dim.of(96), M, Dim.of(2)), mapped.extents());
    assertEquals(ImmutableList.of(Dim.of(128), Dim.of(8)), mapped.strides());
    assertEquals(Optional.empty(), of(Formats.F16, Shape.of(M, Dim.of(128)), ROW, DEPTH.plus(IndexExpr.of(4))));
  }

  /** Rows that are not 16 bytes apart, depth across memory, and quotients. */
  @Test
  void others() {
    assertEquals(Optional.empty(), of(Formats.F16, Shape.of(M, Dim.of(100)), ROW, DEPTH));
    assertEquals(Optional.empty(), of(Formats.F16, Shape.of(Dim.of(96), M), DEPTH, ROW));
    assertEquals(
        Optional.empty(), of(Formats.F16, Shape.of(M, Dim.of(96)), ROW.dividedBy(Dim.of(2)), DEPTH));
    assertEquals(Optional.empty(), of(Formats.F16, Shape.of(Dim.of(96)), DEPTH));
  }
}
