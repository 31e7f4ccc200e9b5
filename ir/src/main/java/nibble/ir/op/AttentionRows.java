package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import nibble.ir.eval.Tensor;

/** The scores of an attention, one row for each query of each head. */
final class AttentionRows {
  private final Attention op;
  private final double[] queries;
  private final double[] keys;
  private final int queryCount;
  private final int keyCount;
  private final int depth;
  private final int heads;
  private final int keyHeads;
  private final Optional<AttentionMask> truths;
  private final Optional<AttentionMask> numbers;
  private final Optional<SelectedBlocks> selection;
  private final Optional<int[]> lengths;
  private final Optional<int[]> sequences;

  AttentionRows(Attention op, List<Tensor> operands) {
    this.op = op;
    int[] q = operands.get(0).extents();
    int[] k = operands.get(1).extents();
    int rank = q.length;
    this.queries = operands.get(0).values();
    this.keys = operands.get(1).values();
    this.queryCount = q[rank - 2];
    this.keyCount = k[rank - 2];
    this.depth = q[rank - 1];
    this.heads = rank == 2 ? 1 : q[rank - 3];
    this.keyHeads = rank == 2 ? 1 : k[rank - 3];
    int[] scores = q.clone();
    scores[rank - 1] = keyCount;
    int[] leading = Arrays.copyOf(scores, rank - 2);
    Optional<AttentionMask> mask = op.mask(operands).map(tensor -> AttentionMask.of(tensor, scores));
    this.truths = mask.filter(AttentionMask::isTruth);
    this.numbers = op.added(operands).map(tensor -> AttentionMask.of(tensor, scores))
        .or(() -> mask.filter(some -> !some.isTruth()));
    this.selection = op.selection(operands).map(
        blocks -> SelectedBlocks.of(blocks, op.blocks().orElseThrow(), scores));
    boolean isPacked = op.lengths().equals(Optional.of(Attention.Lengths.PACKED));
    this.lengths = op.lengths(operands).filter(known -> !isPacked).map(known -> ofBatches(known, leading));
    this.sequences = op.lengths(operands).filter(known -> isPacked).map(this::ofTokens);
  }

  /** The number of the sequence of each token, counted from 1; 0 for none. */
  private int[] ofTokens(Tensor offsets) {
    int[] of = new int[keyCount];
    Arrays.setAll(of, token -> {
      int number = (int) Arrays.stream(offsets.elements()).filter(offset -> offset <= token).count();
      return number < offsets.size() ? number : 0;
    });
    return of;
  }

  /** The length of each head, which may be more than there are keys. */
  private int[] ofBatches(Tensor known, int[] leading) {
    ViewOp.IndexMap map = ViewOp.strided(leading, Elementwise.strides(known.extents(), leading), 0);
    int[] of = new int[Arrays.stream(leading).reduce(1, Math::multiplyExact)];
    Arrays.setAll(of, batch -> (int) known.elements()[map.source(batch)]);
    return of;
  }

  int keyCount() {
    return keyCount;
  }

  int queryCount() {
    return queryCount;
  }

  /** Queries of all heads. */
  int rowCount() {
    return depth == 0 ? 0 : queries.length / depth;
  }

  int heads() {
    return heads;
  }

  /** Index of the first key that belongs to a row, among the keys of all heads. */
  int firstKey(int row) {
    int batch = row / queryCount;
    return (batch / heads * keyHeads + batch % heads / (heads / keyHeads)) * keyCount;
  }

  /** The mask of truth values, if there is one. */
  Optional<AttentionMask> truths() {
    return truths;
  }

  /** The mask of numbers, if there is one. */
  Optional<AttentionMask> numbers() {
    return numbers;
  }

  /** Whether a query may see a key, as far as positions and truth values of the mask go. */
  boolean sees(int row, int key) {
    return reaches(row, key) && (truths.isEmpty() || truths.get().at(row, key) != 0);
  }

  /** Whether a query may see a key, as far as positions go. */
  boolean reaches(int row, int key) {
    int query = row % queryCount;
    long ahead = (long) key - query - (op.causal() == Attention.Causal.BOTTOM_RIGHT ? keysBefore(row) : 0);
    boolean isLater = op.causal() != Attention.Causal.NONE && ahead > 0;
    return !isLater && (op.window().isEmpty() || Math.abs(ahead) < op.window().get());
  }

  /** How many more keys than queries there are, in the head of a row. */
  private int keysBefore(int row) {
    if (lengths.isEmpty()) {
      return keyCount - queryCount;
    }
    return op.lengths().equals(Optional.of(Attention.Lengths.KEYS))
        ? Math.min(lengths.get()[row / queryCount], keyCount) - queryCount : 0;
  }

  /** Whether a query and a key are there and their block is selected. */
  boolean selects(int row, int key) {
    return (lengths.isEmpty() || isThere(row, key)) && (sequences.isEmpty() || areTogether(row, key))
        && (selection.isEmpty() || selection.get().has(row, key));
  }

  private boolean areTogether(int row, int key) {
    int sequence = sequences.orElseThrow()[key];
    return sequence > 0 && sequence == sequences.get()[row % queryCount];
  }

  private boolean isThere(int row, int key) {
    int length = lengths.orElseThrow()[row / queryCount];
    boolean cutsQueries = op.lengths().equals(Optional.of(Attention.Lengths.TOKENS));
    return key < length && (!cutsQueries || row % queryCount < length);
  }

  /** What the mask adds to the score of a key. */
  double bias(int row, int key) {
    return numbers.isPresent() ? numbers.get().at(row, key) : 0;
  }

  /** Scores of a row; negative infinity where the query does not see the key. */
  double[] scores(int row) {
    return scores(row, products(queries, keys, row));
  }

  /** Scores of a row, given its products of queries and keys. */
  double[] scores(int row, double[] products) {
    double[] scores = new double[keyCount];
    for (int key = 0; key < keyCount; key++) {
      double hidden = selects(row, key) ? op.fill().orElse(Double.NEGATIVE_INFINITY) : Double.NEGATIVE_INFINITY;
      scores[key] = selects(row, key) && sees(row, key) ? op.scale() * products[key] + bias(row, key) : hidden;
    }
    return scores;
  }

  /** The product of one query and all of its keys, or of other arrays of the same shapes. */
  double[] products(double[] left, double[] right, int row) {
    double[] products = new double[keyCount];
    int first = firstKey(row);
    for (int key = 0; key < keyCount; key++) {
      double sum = 0;
      for (int i = 0; i < depth; i++) {
        sum += left[row * depth + i] * right[(first + key) * depth + i];
      }
      products[key] = sum;
    }
    return products;
  }

  /** The softmax of a row of scores; zeros where all of them are negative infinity. */
  static double[] softmax(double[] scores) {
    double max = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      max = Math.max(max, score);
    }
    double[] weights = new double[scores.length];
    if (max == Double.NEGATIVE_INFINITY) {
      return weights;
    }
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.exp(scores[i] - max);
      sum += weights[i];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }
}
