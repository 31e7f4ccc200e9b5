package nibble.ir.op;

import java.util.List;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Broadcast;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Scaled dot-product attention ("Attention Is All You Need", section 3.2.1): {@code softmax(scale * Q K^T + mask) V}.
 * Operands: queries {@code [.., Hq, Nq, D]}, keys {@code [.., Hkv, Nk, D]}, values {@code [.., Hkv, Nk, E]}, and
 * perhaps a mask that broadcasts to {@code [.., Hq, Nq, Nk]}: numbers that are added to scores, or truth values that
 * tell which keys a query sees; or two, truth values and behind them numbers. The result is {@code [.., Hq, Nq, E]}.
 *
 * <p>Queries and keys may both be codes with scales; what is multiplied are values, as by {@code matmul}. With a scheme
 * they are those that its quantizers give ({@link AttentionCodes}), and so are values; what is left to the scheme are
 * weights.
 *
 * <p>Where there are fewer heads of keys than of queries, head h of the queries has head {@code h / (Hq / Hkv)} of the
 * keys (grouped-query attention). Query i is at position {@code i}, or at {@code i + Nk - Nq} where the mask is aligned
 * bottom-right. A query sees the keys that causality, window and mask all let it see. A query that sees no key has a
 * result of zeros.
 *
 * <p>With {@code lengths}, an operand stands behind the mask: {@code i32} that broadcasts to {@code [.., Hq]}, how many
 * of the keys there are, or of keys and queries alike. Those behind have no part, whatever {@code fill} says, and
 * queries behind have results of zeros. Aligned bottom-right, the last query that there is sees all keys that there
 * are. Packed sequences have offsets there, {@code i32 [S+1]}, the same for all heads: token t is in the sequence of
 * which the number is how many offsets are not behind t, from 1 to S, or in none. Tokens see those of their sequence
 * alone, and nothing fills, for other sequences are not hidden but not there.
 *
 * <p>With {@code blocks = [b,c]}, one more operand stands behind all others: a selection of blocks of b queries by c
 * keys, the same for all queries of a block. What is not selected has no part, whatever {@code fill} says. The
 * selection is a bitmap, truth values that broadcast to {@code [.., Hq, ceil(Nq/b), ceil(Nk/c)]}, or a list for each
 * row of blocks, {@code i32 [.., Hq, ceil(Nq/b), 1 + ceil(Nk/c)]}: how many blocks are selected, and which, in rising
 * order.
 *
 * <p>With {@code filter = f}, which is negative and needs blocks, values of some selected blocks have no part
 * ("SpargeAttention: Accurate and Training-free Sparse Attention Accelerating Any Model Inference", section 3.4): of
 * each {@value #FILTERED} queries, from the first on, and each block of keys, from the first to the last, those of
 * which for all of these queries {@code m - M < f}, where {@code m} is the query's largest score in the block and
 * {@code M} its largest up to and with the block. Their weights are in the sum of weights all the same.
 *
 * @param scale factor of the products of queries and keys
 * @param causal whether keys behind the position of a query are hidden, and what that position is
 * @param window how many positions, its own among them, a query sees in each direction; all where there is none
 * @param fill the score of what a query does not see; where there is none, it has no part in the result at all
 * @param scheme a published way to compute it in few bits; nothing for as exactly as the operands are
 * @param blocks queries and keys of a block of the selection; none where there is no selection
 * @param lengths of what an operand tells lengths; none where all keys and queries are there
 * @param filter how much lower than the largest so far all scores of a block are of which values have no part
 * @param to format of the result
 */
@OpInfo(
    name = "attention",
    summary = "softmax of scaled products of queries and keys, times values",
    rounding = "scores, exponentials and sums in f32, weights in the format of the values; one rounding to the result")
public record Attention(
    double scale, Causal causal, Optional<Long> window, Optional<Double> fill, Optional<AttentionScheme> scheme,
    Optional<Shape> blocks, Optional<Lengths> lengths, Optional<Double> filter,
    NumberFormat to) implements CompositeOp {
  /** Queries that a filter decides for together: those of a warp. */
  public static final int FILTERED = 16;

  /** Which keys are hidden because they come later than a query. */
  public enum Causal {
    /** None. */
    NONE,
    /** Those behind i, of query i. */
    TOP_LEFT,
    /** Those behind i + Nk - Nq: the last query sees all keys. */
    BOTTOM_RIGHT
  }

  /** What sequences of one batch have different lengths of. */
  public enum Lengths {
    /** Keys alone: those of a cache, which is filled so far. */
    KEYS,
    /** Keys and queries: tokens, which both are made of. */
    TOKENS,
    /** Sequences one behind the other on one axis of tokens: where each starts, and where the last one ends. */
    PACKED
  }

  public Attention {
    if (!Double.isFinite(scale)) {
      throw new IllegalArgumentException("the scale of attention is a finite number, not " + scale);
    }
    if (window.isPresent() && window.get() < 1) {
      throw new IllegalArgumentException("a window of attention has at least 1 position, not " + window.get());
    }
    if (fill.isPresent() && !Double.isFinite(fill.get())) {
      throw new IllegalArgumentException("a score that fills is a finite number, not " + fill.get());
    }
    if (filter.isPresent() && !(filter.get() < 0 && Double.isFinite(filter.get()))) {
      throw new IllegalArgumentException("a filter of attention is a negative number, not " + filter.get());
    }
    if (filter.isPresent() && (blocks.isEmpty() || fill.isPresent())) {
      throw new IllegalArgumentException(
          "a filter of attention is for selected blocks, and for no scores that are filled");
    }
    if (blocks.isPresent() && !isBlock(blocks.get())) {
      throw new IllegalArgumentException(
          "a block of attention is [queries,keys], 1 each at least, not " + blocks.get());
    }
  }

  private static boolean isBlock(Shape block) {
    return block.rank() == 2 && block.dims().stream().allMatch(dim -> dim.isConstant() && dim.constant() >= 1);
  }

  /** Attention without a filter. */
  public Attention(
      double scale, Causal causal, Optional<Long> window, Optional<Double> fill, Optional<AttentionScheme> scheme,
      Optional<Shape> blocks, Optional<Lengths> lengths, NumberFormat to) {
    this(scale, causal, window, fill, scheme, blocks, lengths, Optional.empty(), to);
  }

  /** Attention of all keys and queries. */
  public Attention(
      double scale, Causal causal, Optional<Long> window, Optional<Double> fill, Optional<AttentionScheme> scheme,
      Optional<Shape> blocks, NumberFormat to) {
    this(scale, causal, window, fill, scheme, blocks, Optional.empty(), to);
  }

  /** Attention without a mask. */
  public static Attention of(double scale, NumberFormat to) {
    return new Attention(
        scale, Causal.NONE, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), to);
  }

  /** The same by another scheme, or by none. */
  public Attention withScheme(Optional<AttentionScheme> other) {
    return new Attention(scale, causal, window, fill, other, blocks, lengths, filter, to);
  }

  /** The same over selected blocks of so many queries and keys. */
  public Attention withBlocks(long queries, long keys) {
    return new Attention(
        scale, causal, window, fill, scheme, Optional.of(Shape.of(queries, keys)), lengths, filter, to);
  }

  /** The same of sequences of different lengths. */
  public Attention withLengths(Lengths known) {
    return new Attention(scale, causal, window, fill, scheme, blocks, Optional.of(known), filter, to);
  }

  /** The same without values of blocks whose scores are so much lower. */
  public Attention withFilter(double below) {
    return new Attention(scale, causal, window, fill, scheme, blocks, lengths, Optional.of(below), to);
  }

  /** The mask among operands or what belongs to them, if there is one; that of truth values, if there are two. */
  public <T> Optional<T> mask(List<T> operands) {
    return operands.size() > least() ? Optional.of(operands.get(3)) : Optional.empty();
  }

  /** The mask of numbers behind one of truth values, among operands or what belongs to them, if there are two. */
  public <T> Optional<T> added(List<T> operands) {
    return operands.size() > least() + 1 ? Optional.of(operands.get(4)) : Optional.empty();
  }

  /** How many operands there are without a mask. */
  private int least() {
    return 3 + (lengths.isPresent() ? 1 : 0) + (blocks.isPresent() ? 1 : 0);
  }

  /** The lengths among operands or what belongs to them, if there are some. */
  public <T> Optional<T> lengths(List<T> operands) {
    return lengths.map(known -> operands.get(operands.size() - (blocks.isPresent() ? 2 : 1)));
  }

  /** The selection of blocks among operands or what belongs to them, if there is one. */
  public <T> Optional<T> selection(List<T> operands) {
    return blocks.map(block -> operands.getLast());
  }

  /** Rows and columns of blocks of so many queries and keys. */
  public Shape blockGrid(Dim queries, Dim keys) {
    Shape block = blocks.orElseThrow();
    return Shape.of(queries.ceilDiv(block.dim(0).constant()), keys.ceilDiv(block.dim(1).constant()));
  }

  @Override
  public TensorType infer(List<TensorType> operands) {
    if (operands.size() < least() || operands.size() > least() + 2) {
      throw new TypeRuleException("attention takes queries, keys, values and perhaps a mask or two"
          + (lengths.isPresent() ? ", and lengths" : "") + (blocks.isPresent() ? ", and a selection of blocks" : "")
          + ", not " + operands.size() + " operands");
    }
    TensorType queries = operands.get(0);
    Shape q = queries.shape();
    Shape k = operands.get(1).shape();
    Shape v = AttentionCodes.values(scheme, operands);
    boolean areScaled = queries.isScaled() && operands.get(1).isScaled();
    for (TensorType type : operands.subList(0, 3)) {
      if (!areScaled || !type.isScaled()) {
        expectFloat(type);
      }
      if (type.rank() < 2 || type.rank() != q.rank()) {
        throw new TypeRuleException(
            "queries, keys and values of attention have one rank of at least 2, not the shapes " + q + ", " + k
                + " and " + v);
      }
      if (!areScaled && !type.format().equals(queries.format())) {
        throw new TypeRuleException("queries, keys and values of attention have one format, not "
            + queries.format().name() + " and " + type.format().name(), "cast one of them");
      }
    }
    if (areScaled && scheme.isPresent()) {
      if (!new AttentionCodes(scheme.get().lowBit()).take(scheme.get(), operands)) {
        throw new TypeRuleException("scaled operands of attention by " + scheme.get().keyword()
            + " are codes as its quantizers give them, not " + queries + ", " + operands.get(1) + " and "
            + operands.get(2));
      }
    } else if (areScaled && operands.get(2).isScaled()) {
      throw new TypeRuleException("attention without a scheme takes scaled queries and keys with plain values");
    }
    expectShapes(q, k, v);
    if (!to.isFloat()) {
      throw new TypeRuleException("the result of attention is a float, not " + to.name());
    }
    mask(operands).ifPresent(mask -> expectMask(mask, scores(q, k)));
    added(operands).ifPresent(added -> expectAdded(mask(operands).orElseThrow(), added, scores(q, k)));
    lengths(operands).ifPresent(known -> expectLengths(known, q, k));
    selection(operands).ifPresent(selection -> expectSelection(selection, q, k));
    return TensorType.of(q.slice(0, q.rank() - 1).append(v.last()), to);
  }

  private static void expectShapes(Shape q, Shape k, Shape v) {
    if (!q.last().equals(k.last())) {
      throw new TypeRuleException("the head sizes of queries and keys differ: " + q.last() + " and " + k.last());
    }
    if (!k.slice(0, k.rank() - 1).equals(v.slice(0, v.rank() - 1))) {
      throw new TypeRuleException("there is a value for each key, so the shapes " + k + " and " + v
          + " differ along the last axis at most");
    }
    int leading = q.rank() - 2;
    boolean sameBatch = leading < 2 || q.slice(0, leading - 1).equals(k.slice(0, leading - 1));
    boolean sharesHeads = leading == 0 || group(q.dim(leading - 1), k.dim(leading - 1)).isPresent();
    if (!sameBatch || !sharesHeads) {
      throw new TypeRuleException("the leading shapes of queries " + q + " and keys " + k
          + " are the same, but that the last axis of them, the heads, may be a multiple");
    }
  }

  private void expectMask(TensorType mask, Shape scores) {
    if (!mask.format().equals(Formats.BOOL)) {
      expectFloat(mask);
    }
    if (!Broadcast.reaches(expectPlain(mask).shape(), scores)) {
      throw new TypeRuleException("the mask " + mask.shape() + " of attention does not broadcast to " + scores);
    }
  }

  private void expectAdded(TensorType truths, TensorType added, Shape scores) {
    if (!truths.format().equals(Formats.BOOL) || !added.format().isFloat()) {
      throw new TypeRuleException("of two masks of attention the first has truth values and the second numbers, not "
          + truths.format().name() + " and " + added.format().name());
    }
    expectMask(added, scores);
  }

  private void expectLengths(TensorType known, Shape q, Shape k) {
    if (lengths.equals(Optional.of(Lengths.PACKED))) {
      expectOffsets(known, q, k);
      return;
    }
    Shape leading = q.slice(0, q.rank() - 2);
    if (!expectPlain(known).format().equals(Formats.I32) || !Broadcast.reaches(known.shape(), leading)) {
      throw new TypeRuleException(
          "the lengths of attention are i32 that broadcast to " + leading + ", the heads, not " + known);
    }
  }

  private void expectOffsets(TensorType offsets, Shape q, Shape k) {
    if (!expectPlain(offsets).format().equals(Formats.I32) || offsets.rank() != 1) {
      throw new TypeRuleException("packed sequences of attention have offsets, a vector of i32, not " + offsets);
    }
    if (!q.dim(-2).equals(k.dim(-2))) {
      throw new TypeRuleException("queries and keys of packed sequences are made of the same tokens, not of "
          + q.dim(-2) + " and " + k.dim(-2));
    }
    if (fill.isPresent()) {
      throw new TypeRuleException("attention of packed sequences has no score that fills");
    }
  }

  private void expectSelection(TensorType selection, Shape q, Shape k) {
    Shape grid = blockGrid(q.dim(-2), k.dim(-2));
    Shape bitmap = q.slice(0, q.rank() - 2).append(grid.dim(0), grid.dim(1));
    Shape list = bitmap.with(bitmap.rank() - 1, grid.dim(1).plus(Dim.ONE));
    boolean fits = expectPlain(selection).format().equals(Formats.BOOL)
        ? Broadcast.reaches(selection.shape(), bitmap)
        : selection.format().equals(Formats.I32) && selection.shape().equals(list);
    if (!fits) {
      throw new TypeRuleException("the blocks of attention are selected by truth values that broadcast to " + bitmap
          + " or by lists, " + TensorType.of(list, Formats.I32) + ", not by " + selection);
    }
  }

  /** The shape of scores. */
  static Shape scores(Shape queries, Shape keys) {
    return queries.slice(0, queries.rank() - 1).append(keys.dim(-2));
  }

  /** How many heads of queries have the same keys. */
  public static Dim group(Shape queries, Shape keys) {
    return queries.rank() == 2 ? Dim.ONE : group(queries.dim(-3), keys.dim(-3)).orElseThrow();
  }

  private static Optional<Dim> group(Dim heads, Dim keyHeads) {
    return heads.equals(keyHeads) ? Optional.of(Dim.ONE) : heads.dividedBy(keyHeads);
  }

  /** Whether some keys may be hidden from some queries: by this op alone, or by a mask of truth values. */
  public boolean hides(List<TensorType> operands) {
    return causal != Causal.NONE || window.isPresent() || blocks.isPresent() || lengths.isPresent()
        || mask(operands).filter(mask -> mask.format().equals(Formats.BOOL)).isPresent();
  }

  @Override
  public Tensor eval(List<Tensor> operands, TensorType result) {
    return scheme.map(known -> Tensor.of(result, new LowBitAttention(this, known.lowBit(), operands).eval()))
        .orElseGet(() -> evalExactly(operands, result));
  }

  private Tensor evalExactly(List<Tensor> operands, TensorType result) {
    AttentionRows rows = new AttentionRows(this, operands);
    FilteredBlocks filtered = FilteredBlocks.of(this, rows, rows::scores, FilteredBlocks.CERTAIN);
    double[] values = operands.get(2).elements();
    int width = Math.toIntExact(result.shape().last().constant());
    double[] output = new double[Math.toIntExact(result.shape().size().constant())];
    Parallel.rows(width == 0 ? 0 : output.length / width, row -> {
      double[] weights = AttentionRows.softmax(rows.scores(row));
      for (int key = 0; key < weights.length; key++) {
        // What is not seen has no part, whatever its value is.
        boolean counts = weights[key] != 0 && filtered.of(row, key) == FilteredBlocks.Part.TAKEN;
        for (int column = 0; counts && column < width; column++) {
          output[row * width + column] += weights[key] * values[(rows.firstKey(row) + key) * width + column];
        }
      }
    });
    return Tensor.of(result, output);
  }

  @Override
  public double[] error(List<Approximate> operands, Tensor result, ErrorModel model) {
    if (scheme.isPresent()) {
      return new LowBitBounds(this, operands, model).error(result);
    }
    return new AttentionBounds(this, operands, model).error(result);
  }

  @Override
  public Value decompose(BlockBuilder builder, List<Value> operands) {
    if (scheme.isPresent()) {
      throw new IllegalStateException("attention by " + scheme.get() + " has no simpler parts");
    }
    if (filter.isPresent()) {
      throw new IllegalStateException("a filter of attention has no simpler parts");
    }
    return new AttentionParts(this, builder, operands).build();
  }
}
