package nibble.codegen.kernel.product;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.Views;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.codegen.kernel.operand.ProductFormat;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.GroupedMatMul;
import nibble.ir.op.MatMul;
import nibble.ir.op.ProductOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * A matrix product as an iteration space: extents, and coordinates of operands and result as functions of batch, row,
 * column and depth. Where the right operand is one matrix, all leading axes of the left are rows.
 *
 * @param operation the {@code matmul}
 * @param batch number of matrices
 * @param m rows
 * @param n columns
 * @param k depth
 * @param left coordinates of the left operand
 * @param right coordinates of the right operand
 * @param result coordinates of the result
 * @param folds whether inner scales are applied to codes on their way to shared memory, where that is exact
 * @param turned whether it is the transposed product, whose left operand is the second one
 */
record Product(
    Operation operation, Dim batch, Dim m, Dim n, Dim k, ImmutableList<IndexExpr> left,
    ImmutableList<IndexExpr> right, ImmutableList<IndexExpr> result, boolean folds, boolean turned) {
  static final String BATCH = "batch";
  static final String ROW = "m";
  static final String COLUMN = "n";
  /** The token of a row, where rows are those of a table of members. */
  static final String TOKEN = "token";

  static Product of(Operation operation) {
    return switch (operation.op()) {
      case GroupedMatMul op -> grouped(operation, op);
      case MatMul op -> dense(operation, op);
      default -> throw new IllegalArgumentException(operation.op().name() + " is no product");
    };
  }

  /** A batch for each expert; rows are the entries of its table. */
  private static Product grouped(Operation operation, GroupedMatMul op) {
    TensorType a = operation.operand(0).tensorType();
    Shape c = operation.result().tensorType().shape();
    IndexExpr expert = IndexExpr.variable(BATCH, c.dim(0));
    IndexExpr token = IndexExpr.variable(TOKEN, c.dim(1));
    IndexExpr column = IndexExpr.variable(COLUMN, c.last());
    IndexExpr depth = IndexExpr.variable(OperandLoader.DEPTH, a.shape().last());
    return new Product(
        operation, c.dim(0), c.dim(1), c.last(), a.shape().last(),
        a.rank() == 2 ? ImmutableList.of(token, depth) : ImmutableList.of(expert, token, depth),
        op.transposeB() ? ImmutableList.of(expert, column, depth) : ImmutableList.of(expert, depth, column),
        ImmutableList.of(expert, token, column), false, false);
  }

  private static Product dense(Operation operation, MatMul op) {
    Shape a = operation.operand(0).tensorType().shape();
    Shape b = operation.operand(1).tensorType().shape();
    Shape c = operation.result().tensorType().shape();
    boolean oneRight = b.rank() == 2;
    Shape batches = oneRight ? Shape.SCALAR : c.slice(0, c.rank() - 2);
    Shape rows = oneRight ? c.slice(0, c.rank() - 1) : c.slice(c.rank() - 2, c.rank() - 1);
    List<IndexExpr> batch = Views.split(IndexExpr.variable(BATCH, batches.size()), batches);
    List<IndexExpr> row = Views.split(IndexExpr.variable(ROW, rows.size()), rows);
    IndexExpr column = IndexExpr.variable(COLUMN, c.last());
    IndexExpr depth = IndexExpr.variable(OperandLoader.DEPTH, a.last());
    List<IndexExpr> left = join(broadcast(batch, a.rank() - (oneRight ? a.rank() : 2), a), row, depth);
    List<IndexExpr> leading = broadcast(batch, b.rank() - 2, b);
    List<IndexExpr> right = op.transposeB()
        ? join(leading, List.of(column), depth)
        : join(leading, List.of(depth), column);
    return new Product(
        operation, batches.size(), rows.size(), c.last(), a.last(),
        ImmutableList.copyOf(left), ImmutableList.copyOf(right), ImmutableList.copyOf(join(batch, row, column)),
        false, false);
  }

  /** The transposed product: rows are columns of the result. */
  Product transposed() {
    Map<String, IndexExpr> swapped = Map.of(ROW, IndexExpr.variable(COLUMN, m), COLUMN, IndexExpr.variable(ROW, n));
    return new Product(
        operation, batch, n, m, k, substitute(right, swapped), substitute(left, swapped), substitute(result, swapped),
        folds, true);
  }

  /** The same with expressions in place of variables. */
  Product substitute(Map<String, IndexExpr> values) {
    return new Product(
        operation, batch, m, n, k, substitute(left, values), substitute(right, values), substitute(result, values),
        folds, turned);
  }

  /** The table of members whose entries are rows, if there is one. */
  Optional<Value> members() {
    return operation.op() instanceof GroupedMatMul ? Optional.of(operation.operand(2)) : Optional.empty();
  }

  private static ImmutableList<IndexExpr> substitute(List<IndexExpr> at, Map<String, IndexExpr> values) {
    return at.stream().map(index -> index.substitute(values)).collect(ImmutableList.toImmutableList());
  }

  private static List<IndexExpr> join(List<IndexExpr> leading, List<IndexExpr> middle, IndexExpr last) {
    return Stream.of(leading, middle, List.of(last)).flatMap(List::stream).toList();
  }

  /** Coordinates along the leading axes of an operand, of which some may be missing or of extent 1. */
  private static List<IndexExpr> broadcast(List<IndexExpr> batch, int axes, Shape operand) {
    List<IndexExpr> coordinates = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      boolean repeated = operand.dim(axis).is(1);
      coordinates.add(repeated ? IndexExpr.ZERO : batch.get(batch.size() - axes + axis));
    }
    return coordinates;
  }

  /** The operand whose outer axis are the rows, or the one whose outer axis are the columns. */
  Value operand(boolean isLeft) {
    return operation.operand(isLeft == turned ? 1 : 0);
  }

  TensorType leftType() {
    return operand(true).tensorType();
  }

  TensorType rightType() {
    return operand(false).tensorType();
  }

  /** The axis of an operand that is the depth. */
  private int depthAxis(boolean isLeft) {
    int rank = operand(isLeft).tensorType().rank();
    return isLeft != turned || ((ProductOp) operation.op()).transposeB() ? rank - 1 : rank - 2;
  }

  Guard rowGuard() {
    return Guard.of(ROW, m);
  }

  Guard columnGuard() {
    return Guard.of(COLUMN, n);
  }

  Guard depthGuard() {
    return Guard.of(OperandLoader.DEPTH, k);
  }

  /**
   * How products of these operands are accumulated.
   *
   * @throws UnsupportedAccess where no instruction multiplies them
   */
  ProductFormat format() {
    if (members().isPresent() && hasResidual()) {
      throw new UnsupportedAccess(
          "no kernel multiplies " + leftType() + " by matrices of experts: members have one level of codes there");
    }
    if (rightType().residual().isPresent()) {
      throw new UnsupportedAccess(
          "no kernel multiplies by " + rightType() + ": only left operands have a second level");
    }
    leftType().residual().filter(codes -> !codes.equals(leftType().format())).ifPresent(codes -> {
      throw new UnsupportedAccess(
          "no kernel multiplies " + leftType() + ": both levels of codes have one format there");
    });
    boolean bothOrNone = leftType().isScaled() == rightType().isScaled();
    Optional<ProductFormat> found = leftType().isScaled()
        ? ofCodes()
        : ProductFormat.of(leftType().format(), rightType().format());
    return found
        .filter(format -> bothOrNone)
        .orElseThrow(() -> new UnsupportedAccess("no kernel multiplies " + leftType() + " by " + rightType()
            + "; products take two operands of one of " + ProductFormat.known() + ", or two of codes with scales: "
            + ProductFormat.knownCodes() + ", and others whose values f16 holds exactly"));
  }

  /**
   * Of affine codes those less their zero points are multiplied, which are integers of one bit more at least: f16 holds
   * those of codes and zero points of a byte.
   */
  private Optional<ProductFormat> ofCodes() {
    if (!isAffine()) {
      return ProductFormat.ofCodes(leftType().format(), rightType().format());
    }
    boolean areBytes = Stream.of(leftType(), rightType()).flatMap(type -> type.zeroType().stream())
        .allMatch(zeros -> zeros.format().bits() <= Byte.SIZE);
    return areBytes ? ProductFormat.ofDifferences(leftType().format(), rightType().format()) : Optional.empty();
  }

  /** Whether codes of an operand have zero points. */
  boolean isAffine() {
    return leftType().zeroType().isPresent() || rightType().zeroType().isPresent();
  }

  /** Whether the left operand has a second level of codes. */
  boolean hasResidual() {
    return leftType().residual().isPresent();
  }

  /** Whether scales change along the depth. */
  boolean scalesVary() {
    return leftType().isScaled() && !scaleDepth().equals(k);
  }

  /** Whether scales are the same for all products of each instruction. */
  boolean scalesFit(ProductFormat format) {
    return !scalesVary() || Long.lowestOneBit(scaleDepth().constant()) >= format.step();
  }

  /**
   * Whether scales of both operands have that format, each for some multiple of so many elements of the depth, and
   * their own scales, if they have some, do not change along the depth.
   */
  boolean scalesAre(NumberFormat format, int group) {
    return scalesAre(format, group, leftType(), depthAxis(true))
        && scalesAre(format, group, rightType(), depthAxis(false));
  }

  private boolean scalesAre(NumberFormat format, int group, TensorType type, int depthAxis) {
    Dim depth = scaleDepth(type, depthAxis);
    TensorType scales = type.scaleType();
    return scales.format().equals(format)
        && (depth.equals(k) || depth.isConstant() && depth.constant() % group == 0)
        && scaleDepth(scales, depthAxis).equals(scales.shape().dim(depthAxis));
  }

  /** Whether an operand has scales of one word each, of fewer rows (or columns) than a warp's tile of them has. */
  boolean hasWordsForRows(boolean isLeft) {
    TensorType type = isLeft ? leftType() : rightType();
    int axis = 2 * type.rank() - 3 - depthAxis(isLeft);
    return type.scaleType().format().storageBits() == Integer.SIZE && scaleDepth(type, axis).isConstant()
        && scaleDepth(type, axis).constant() < 16;
  }

  /** Depth over which scales of both operands are constant: the whole depth, or the size of blocks. */
  Dim scaleDepth() {
    Dim left = scaleDepth(leftType(), depthAxis(true));
    Dim right = scaleDepth(rightType(), depthAxis(false));
    boolean leftWhole = left.equals(k);
    boolean rightWhole = right.equals(k);
    if (leftWhole || rightWhole) {
      return leftWhole ? right : left;
    }
    return left.constant() < right.constant() ? left : right;
  }

  /** The same where codes become f16, with inner scales if these fit as well. */
  Product folding() {
    return new Product(operation, batch, m, n, k, left, right, result, true, turned);
  }

  /** Whether inner scales of a tensor are applied to its codes. */
  boolean folds(TensorType type) {
    return folds && FoldedScales.fit(type);
  }

  private Dim scaleDepth(TensorType type, int axis) {
    if (folds(type)) {
      return FoldedScales.outerBox(type, axis);
    }
    return type.scale().map(scale -> scale.granularity().boxWithin(type.shape()).get(axis))
        .orElse(type.shape().dim(axis));
  }
}
