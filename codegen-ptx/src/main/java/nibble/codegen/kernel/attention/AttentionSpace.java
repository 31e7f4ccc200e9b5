package nibble.codegen.kernel.attention;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.codegen.index.IndexExpr;
import nibble.codegen.kernel.GlobalMemory.Guard;
import nibble.codegen.kernel.Views;
import nibble.codegen.kernel.operand.OperandLoader;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Attention;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * An attention as an iteration space: extents, and coordinates of operands and result as functions of the head, the
 * query, the key, and the element of a head.
 *
 * @param operation the {@code attention}
 * @param heads number of heads of queries, over all leading axes
 * @param queries number of queries
 * @param keys number of keys
 * @param depth elements of queries and keys
 * @param width elements of values
 */
record AttentionSpace(Operation operation, Dim heads, Dim queries, Dim keys, int depth, int width) {
  static final String HEAD = "head";
  static final String QUERY = "query";
  static final String KEY = "key";
  static final String COLUMN = "column";
  /** The largest heads that kernels take. */
  private static final long LARGEST = 256;

  /** Why no kernel takes an attention whole, if none does. */
  static Optional<String> obstacle(Attention op, List<TensorType> operands) {
    TensorType queries = operands.getFirst();
    TensorType values = operands.get(2);
    Dim depth = queries.shape().last();
    Dim width = values.shape().dim(values.isScaled() ? -2 : -1);
    if (op.scheme().isPresent()) {
      if (!queries.isScaled()) {
        return Optional.of("its heads have " + depth + " elements, and quantizers of " + op.scheme().get().keyword()
            + " need to know how many");
      }
      if (values.format().equals(Formats.E2M1) && depth.dividedBy(Dim.of(AttentionFormats.GROUP)).isEmpty()) {
        return Optional.of("its heads have " + depth + " elements, not a multiple of " + AttentionFormats.GROUP);
      }
    } else if (!values.format().equals(Formats.F16) && !values.format().equals(Formats.BF16)) {
      return Optional.of("its values are " + values.format().name() + ", not f16 or bf16");
    }
    for (TensorType scaled : operands.subList(0, 2)) {
      if (scaled.isScaled() && op.scheme().isEmpty() && !isByRows(scaled)) {
        return Optional.of("it multiplies " + scaled + ", not i8 or i4 with f32 scales of whole rows");
      }
    }
    if (op.blocks().isPresent() && !op.blocks().get().dims().stream().allMatch(AttentionSpace::isWholeFragments)) {
      return Optional.of("its blocks are " + op.blocks().get() + ", not multiples of 16");
    }
    int step = op.scheme().map(scheme -> scheme.lowBit().step()).orElse(1);
    if (op.blocks().isPresent() && op.blocks().get().dim(1).constant() % step != 0) {
      return Optional.of("its blocks are " + op.blocks().get() + ", not whole steps of " + step + " keys");
    }
    for (Dim size : List.of(depth, width)) {
      if (!size.isConstant() || size.constant() > LARGEST || size.constant() < 1) {
        return Optional.of("its heads have " + size + " elements, not 1 to " + LARGEST);
      }
    }
    return Optional.empty();
  }

  private static boolean isWholeFragments(Dim extent) {
    return extent.constant() % AttentionTile.LEAST == 0;
  }

  private static boolean isByRows(TensorType type) {
    ScaleLayout layout = type.scale().orElseThrow();
    boolean isInteger = type.format().equals(Formats.I8) || type.format().equals(Formats.I4);
    return isInteger && layout.format().equals(Formats.F32) && layout.outer().isEmpty()
        && layout.zero().isEmpty() && type.residual().isEmpty() && type.sparse().isEmpty()
        && layout.granularity().boxWithin(type.shape()).getLast().equals(type.shape().last());
  }

  /** Whether queries and keys are codes with scales. */
  boolean isScaled() {
    return operation.operand(0).tensorType().isScaled();
  }

  /** Whether keys of a tile of so many have scales of their own. */
  boolean hasScalesWithin(int tile) {
    return isScaled() && operation.operand(1).tensorType().scale()
        .map(layout -> layout.granularity().boxWithin(shape(1))).map(box -> box.get(box.size() - 2))
        .filter(rows -> !rows.equals(keys) && rows.dividedBy(Dim.of(tile)).isEmpty()).isPresent();
  }

  static AttentionSpace of(Operation operation) {
    Shape q = operation.operand(0).tensorType().shape();
    Shape k = operation.operand(1).tensorType().shape();
    Shape v = operation.operand(2).tensorType().shape();
    boolean turned = operation.operand(2).tensorType().isScaled();
    return new AttentionSpace(
        operation, q.slice(0, q.rank() - 2).size(), q.dim(-2), k.dim(-2), Math.toIntExact(q.last().constant()),
        Math.toIntExact(v.dim(turned ? -2 : -1).constant()));
  }

  Attention op() {
    return (Attention) operation.op();
  }

  private Shape shape(int operand) {
    return operation.operand(operand).tensorType().shape();
  }

  Optional<Value> mask() {
    return op().mask(operation.operands());
  }

  /** What is added to scores besides truth values that tell what is seen. */
  Optional<Value> added() {
    return op().added(operation.operands());
  }

  /** How many keys, and perhaps queries, there are in each head, if not all are. */
  Optional<Value> lengths() {
    return op().lengths(operation.operands());
  }

  /** Coordinates of the length of a head. */
  List<IndexExpr> lengthAt() {
    return Views.broadcast(lengths().orElseThrow().tensorType().shape(), leading());
  }

  /** Coordinates of what each query has one of. */
  ImmutableList<IndexExpr> rowAt() {
    return ImmutableList.<IndexExpr>builder()
        .addAll(leading()).add(IndexExpr.variable(QUERY, queries)).build();
  }

  /** The lists of the blocks that there are, if not all are. */
  Optional<Value> selection() {
    return op().selection(operation.operands());
  }

  /** Whether some query may see no key. */
  boolean mayHide() {
    List<TensorType> types = operation.operands().stream().map(Value::tensorType).toList();
    return op().fill().isEmpty() && op().hides(types) || mask().isPresent() || op().blocks().isPresent()
        || lengths().isPresent();
  }

  private List<IndexExpr> leading() {
    Shape leading = shape(0).slice(0, shape(0).rank() - 2);
    return Views.split(IndexExpr.variable(HEAD, heads), leading);
  }

  private ImmutableList<IndexExpr> at(List<IndexExpr> leading, IndexExpr row, IndexExpr column) {
    return ImmutableList.<IndexExpr>builder().addAll(leading).add(row, column).build();
  }

  private static IndexExpr depth(int extent) {
    return IndexExpr.variable(OperandLoader.DEPTH, Dim.of(extent));
  }

  /** Coordinates of queries: {@link #QUERY} and the depth of the first product. */
  ImmutableList<IndexExpr> queryAt() {
    return at(leading(), IndexExpr.variable(QUERY, queries), depth(depth));
  }

  /** Coordinates of keys: {@link #KEY} and the depth of the first product. */
  ImmutableList<IndexExpr> keyAt() {
    return at(keyLeading(), IndexExpr.variable(KEY, keys), depth(depth));
  }

  /** Coordinates of the first element of a query, or of a key: those of its scale. */
  ImmutableList<IndexExpr> rowAt(int operand) {
    return operand == 0
        ? at(leading(), IndexExpr.variable(QUERY, queries), IndexExpr.ZERO)
        : at(keyLeading(), IndexExpr.variable(KEY, keys), IndexExpr.ZERO);
  }

  /** Coordinates of values: the depth of the second product, which are keys, and {@link #COLUMN}. */
  ImmutableList<IndexExpr> valueAt() {
    IndexExpr key = IndexExpr.variable(OperandLoader.DEPTH, valueKeys());
    IndexExpr column = IndexExpr.variable(COLUMN, Dim.of(width));
    return scalesValues() ? at(keyLeading(), column, key) : at(keyLeading(), key, column);
  }

  /** Keys that there are values for: codes of values have some more. */
  Dim valueKeys() {
    return scalesValues() ? shape(2).last() : keys;
  }

  /** Whether values are codes with scales of columns, each of which is a row in memory. */
  boolean scalesValues() {
    return operation.operand(2).tensorType().isScaled();
  }

  /** Coordinates of the first value of a {@link #COLUMN}: those of its scale. */
  ImmutableList<IndexExpr> columnAt() {
    return at(keyLeading(), IndexExpr.variable(COLUMN, Dim.of(width)), IndexExpr.ZERO);
  }

  /** Coordinates of scales of groups of an operand's elements, in the order of {@link OperandLoader#DEPTH}. */
  ImmutableList<IndexExpr> groupsAt(int operand) {
    IndexExpr group = IndexExpr.variable(
        OperandLoader.DEPTH, shape(operand).last().ceilDiv(AttentionFormats.GROUP));
    return switch (operand) {
      case 0 -> at(leading(), IndexExpr.variable(QUERY, queries), group);
      case 1 -> at(keyLeading(), IndexExpr.variable(KEY, keys), group);
      default -> at(keyLeading(), IndexExpr.variable(COLUMN, Dim.of(width)), group);
    };
  }

  /** Groups of an operand's rows. */
  Dim groups(int operand) {
    return shape(operand).last().ceilDiv(AttentionFormats.GROUP);
  }

  /** Coordinates of a scale of keys, given the number of its box. */
  ImmutableList<IndexExpr> keyBoxAt(IndexExpr box) {
    return at(keyLeading(), box, IndexExpr.ZERO);
  }

  /** Coordinates of a scale of queries, given the number of its box. */
  ImmutableList<IndexExpr> queryBoxAt(IndexExpr box) {
    return at(leading(), box, IndexExpr.ZERO);
  }

  /** Coordinates of scores: {@link #QUERY} and {@link #KEY}. */
  ImmutableList<IndexExpr> scoreAt() {
    return at(leading(), IndexExpr.variable(QUERY, queries), IndexExpr.variable(KEY, keys));
  }

  /** Coordinates of an entry in the list of a row of blocks. */
  ImmutableList<IndexExpr> selectionAt(IndexExpr row, IndexExpr entry) {
    return at(leading(), row, entry);
  }

  /** Coordinates of the result: {@link #QUERY} and {@link #COLUMN}. */
  ImmutableList<IndexExpr> resultAt() {
    return at(leading(), IndexExpr.variable(QUERY, queries), IndexExpr.variable(COLUMN, Dim.of(width)));
  }

  private List<IndexExpr> keyLeading() {
    List<IndexExpr> leading = new ArrayList<>(leading());
    if (!leading.isEmpty()) {
      leading.set(leading.size() - 1, leading.getLast().dividedBy(Attention.group(shape(0), shape(1))));
    }
    return leading;
  }

  Guard queryGuard() {
    return Guard.of(QUERY, queries);
  }

  Guard keyGuard() {
    return Guard.of(KEY, keys);
  }
}
