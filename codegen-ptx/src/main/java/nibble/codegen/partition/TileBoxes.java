package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.codegen.index.ViewedAxes;
import nibble.codegen.kernel.product.ProductKernel;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.layout.Granularity;
import nibble.ir.op.Cast;
import nibble.ir.op.Decompress;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Divisibility;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/**
 * Which boxes lie inside a tile of a matrix product, so that its epilogue can reduce over them.
 *
 * @param shape of the product's result
 * @param joinsRows whether leading axes are joined with the rows, so that tiles start anywhere in a matrix
 * @param isDense whether no operand is compressed
 * @param isOfCodes whether accumulators become results by scales, which need registers
 * @param most rows and columns that each tile has, or a multiple; those of fewer columns are for products that have no
 *     more
 * @param symbols what is known of symbolic sizes
 */
record TileBoxes(
    Shape shape, boolean joinsRows, boolean isDense, boolean isOfCodes, long most,
    ImmutableMap<String, SymbolBounds> symbols) {
  /** Rows and columns of the usual tiles; larger ones are multiples. */
  private static final long TILE = 64;
  /** Rows that an epilogue works on at a time, whatever warps there are. */
  private static final long PART = 32;

  /**
   * The boxes of a product.
   *
   * @param definitions what makes the operands
   */
  static TileBoxes of(
      Operation product, Map<Value, Operation> definitions, ImmutableMap<String, SymbolBounds> symbols) {
    boolean isDense = product.op() instanceof MatMul
        && product.operands().stream().noneMatch(operand -> isCompressed(operand, definitions));
    boolean joinsRows = product.operand(1).tensorType().rank() == 2;
    return new TileBoxes(
        product.result().tensorType().shape(), joinsRows, isDense, product.operand(0).tensorType().isScaled(),
        isDense ? ProductKernel.leastSides(product) : TILE, symbols);
  }

  private static boolean isCompressed(Value operand, Map<Value, Operation> definitions) {
    Operation definition = definitions.get(operand);
    return definition != null && switch (definition.op()) {
      case Decompress decompress -> true;
      case ViewOp view -> isCompressed(definition.operand(0), definitions);
      case Cast cast -> isCompressed(definition.operand(0), definitions);
      case Dequantize dequantize -> isCompressed(definition.operand(0), definitions);
      default -> false;
    };
  }

  /**
   * Why boxes of a view of the result lie in no tile; nothing where all do.
   *
   * @param viewed shape of the view
   * @param axes its axes, made of those of the result
   */
  Optional<String> obstacle(Granularity granularity, Shape viewed, ViewedAxes axes) {
    if (shape.rank() < 2 || granularity.interleaving().isPresent() && !isDense) {
      return Optional.of("no tile has boxes of " + granularity.text());
    }
    Optional<ImmutableList<Dim>> box = axes.box(granularity, viewed, symbols);
    if (box.isEmpty()) {
      return Optional.of("boxes of " + granularity.text() + " of " + viewed + " are no rows and columns of " + shape);
    }
    Dim rows = box.get().get(shape.rank() - 2);
    Dim columns = box.get().getLast();
    boolean ofMatrices = box.get().subList(0, shape.rank() - 2).stream().allMatch(side -> side.is(1));
    if (!ofMatrices) {
      return Optional.of("a scale is for elements of several matrices of " + shape);
    }
    if (!divides(rows) || !divides(columns)) {
      return Optional.of("a scale is for " + rows + " rows and " + columns + " columns, and a tile has " + most);
    }
    if (isOfCodes && rows.constant() > PART) {
      return Optional.of(
          "a scale is for " + rows + " rows, and products of codes have registers for " + PART + " at a time");
    }
    return isAligned(rows) ? Optional.empty() : Optional.of(
        "a scale is for " + rows + " rows, and matrices of " + shape.dim(-2)
            + " rows are not known to start with a tile");
  }

  /** Where leading axes are joined with the rows, boxes must not straddle them. */
  private boolean isAligned(Dim rows) {
    return rows.is(1) || !joinsRows
        || IntStream.range(0, shape.rank() - 2).allMatch(axis -> shape.dim(axis).is(1))
        || Divisibility.of(shape.dim(-2), symbols) % rows.constant() == 0;
  }

  private boolean divides(Dim side) {
    return side.isConstant() && side.constant() <= most && most % side.constant() == 0;
  }
}
