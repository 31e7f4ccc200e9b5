package nibble.ir.op;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import nibble.ir.eval.Parallel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.AttentionScheme.LowBit;
import nibble.ir.op.AttentionScheme.Weights;

/**
 * The meaning of low-bit attention. Keys come in steps, first to last; after each, the largest score of a row so far is
 * what exponents are relative to, so codes of weights are those that a kernel has which goes over keys in that order.
 * Sums of weights are those before they become codes. Exponentials and what is not said to be rounded are exact.
 */
final class LowBitAttention {
  private static final int GROUP = 16;
  private static final int QUERY_BLOCK = 128;

  private final Attention op;
  private final LowBit scheme;
  private final LowBitWeights ofScheme;
  private final AttentionRows rows;
  private final int queryCount;
  private final int keyCount;
  private final int depth;
  private final int width;
  private final double[] queries;
  private final double[] keys;
  private final double[] values;
  private final double[] columnScales;
  private final boolean smoothsQueries;
  /** Means of blocks of queries, and keys less their mean, where queries are smoothed. */
  private final double[] queryMeans;
  private final double[] roundedKeys;

  LowBitAttention(Attention op, LowBit scheme, List<Tensor> operands) {
    this.op = op;
    this.scheme = scheme;
    this.ofScheme = new LowBitWeights(scheme);
    this.rows = new AttentionRows(op, operands);
    int[] q = operands.get(0).extents();
    int[] v = operands.get(2).extents();
    boolean areCodes = operands.get(0).type().isScaled();
    this.queryCount = q[q.length - 2];
    this.keyCount = rows.keyCount();
    this.depth = q[q.length - 1];
    this.width = v[v.length - (areCodes && operands.get(2).type().isScaled() ? 2 : 1)];
    NumberFormat format = operands.get(0).type().format();
    this.queryMeans = new double[operands.get(0).size()];
    this.smoothsQueries = scheme.smoothsQueries() && !areCodes;
    if (areCodes) {
      this.roundedKeys = new double[0];
      this.queries = operands.get(0).values();
      this.keys = operands.get(1).values();
      this.columnScales = scheme.weights() == Weights.E4M3 ? operands.get(2).scales() : new double[0];
      this.values = codedValues(operands.get(2));
      return;
    }
    double[] smoothKeys = byHead(operands.get(1).elements(), keyCount * depth, head -> smoothed(head, format));
    this.queries = byHead(operands.get(0).elements(), queryCount * depth, head -> head);
    if (smoothsQueries) {
      smoothQueries(format);
    }
    // The published product of means and keys has operands of their format.
    this.roundedKeys = Arrays.stream(smoothKeys).map(format::round).toArray();
    this.keys = byHead(smoothKeys, keyCount * depth, head -> codes(head, false));
    double[] queryCodes = byHead(queries, queryCount * depth, head -> codes(head, true));
    System.arraycopy(queryCodes, 0, queries, 0, queryCodes.length);
    this.columnScales = columnScales(operands.get(2).elements());
    this.values = byHead(operands.get(2).elements(), keyCount * width, this::valueCodes);
  }

  /** Values of which codes are given, keys by columns. */
  private double[] codedValues(Tensor operand) {
    double[] given = operand.values();
    return operand.type().isScaled() ? turned(operand, given, keyCount) : given;
  }

  /** Something of values as rows of keys, of each head; columns have more keys than there are. */
  static double[] turned(Tensor values, double[] columns, int keys) {
    int[] extents = values.extents();
    int padded = extents[extents.length - 1];
    int width = extents[extents.length - 2];
    double[] rows = new double[padded == 0 ? 0 : columns.length / padded * keys];
    for (int i = 0; i < rows.length; i++) {
      int head = i / (keys * width);
      rows[i] = columns[(head * width + i % width) * padded + i / width % keys];
    }
    return rows;
  }

  /** Rows of one head. */
  private interface OfHead {
    double[] of(double[] head);
  }

  private static double[] byHead(double[] x, int size, OfHead function) {
    double[] y = new double[x.length];
    IntStream.range(0, size == 0 ? 0 : x.length / size).parallel().forEach(head -> System.arraycopy(
        function.of(Arrays.copyOfRange(x, head * size, (head + 1) * size)), 0, y, head * size, size));
    return y;
  }

  /** Keys less their mean, which has the format of the keys. */
  private double[] smoothed(double[] head, NumberFormat format) {
    if (!scheme.smoothsKeys()) {
      return head;
    }
    double[] smooth = new double[head.length];
    for (int column = 0; column < depth; column++) {
      double sum = 0;
      for (int row = 0; row < keyCount; row++) {
        sum += head[row * depth + column];
      }
      double mean = format.round(sum / keyCount);
      for (int row = 0; row < keyCount; row++) {
        smooth[row * depth + column] = (float) (head[row * depth + column] - mean);
      }
    }
    return smooth;
  }

  /** Queries less the mean of their block, which has the format of the queries. */
  private void smoothQueries(NumberFormat format) {
    int heads = queryCount == 0 ? 0 : queries.length / depth / queryCount;
    for (int head = 0; head < heads; head++) {
      for (int block = 0; block < queryCount; block += QUERY_BLOCK) {
        int end = Math.min(queryCount, block + QUERY_BLOCK);
        for (int column = 0; column < depth; column++) {
          double sum = 0;
          for (int row = block; row < end; row++) {
            sum += queries[(head * queryCount + row) * depth + column];
          }
          for (int row = block; row < end; row++) {
            int at = (head * queryCount + row) * depth + column;
            queryMeans[at] = format.round(sum / (end - block));
            queries[at] = (float) (queries[at] - queryMeans[at]);
          }
        }
      }
    }
  }

  private double[] codes(double[] head, boolean areQueries) {
    int count = areQueries ? queryCount : keyCount;
    if (scheme.sharing() == AttentionScheme.Sharing.ELEMENTS) {
      int perRow = Math.ceilDiv(depth, GROUP);
      return LowBitCodes.nvfp4(head, depth, (row, column) -> row * perRow + column / GROUP, count * perRow).values();
    }
    int[] groups = IntStream.range(0, count)
        .map(row -> areQueries ? scheme.sharing().ofQuery(row) : scheme.sharing().ofKey(row)).toArray();
    int groupCount = 1 + Arrays.stream(groups).max().orElse(0);
    double limit = scheme.scores().max();
    return LowBitCodes.integers(
        head, depth, (row, column) -> groups[row], groupCount, limit,
        scheme.sharing() == AttentionScheme.Sharing.THREAD).values();
  }

  private double[] valueCodes(double[] head) {
    return switch (scheme.weights()) {
      case HALF -> Arrays.stream(head).map(Formats.F16::round).toArray();
      case BYTE -> LowBitCodes.integers(head, width, (row, column) -> column, width, scheme.range(), false).values();
      case E4M3 -> LowBitCodes.floats(
          head, width, (row, column) -> column, width, Formats.E4M3, scheme.range()).values();
      case NVFP4, NVFP4_DIRECT -> LowBitCodes.nvfp4(
          head, width, (row, column) -> row / GROUP * width + column, Math.ceilDiv(keyCount, GROUP) * width).values();
    };
  }

  /** The result. */
  double[] eval() {
    int count = width == 0 ? 0 : queries.length / depth;
    double[] output = new double[count * width];
    FilteredBlocks filtered = FilteredBlocks.of(op, rows, this::scores, FilteredBlocks.CERTAIN);
    Parallel.rows(count, row -> System.arraycopy(row(row, filtered), 0, output, row * width, width));
    return output;
  }

  private double[] scores(int row) {
    double[] products = rows.products(queries, keys, row);
    if (smoothsQueries) {
      double[] more = rows.products(queryMeans, roundedKeys, row);
      Arrays.setAll(products, key -> products[key] + (float) more[key]);
    }
    return rows.scores(row, products);
  }

  private double[] row(int row, FilteredBlocks filtered) {
    double[] scores = scores(row);
    double[] sums = new double[width];
    double total = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (int start = 0; start < keyCount; start += scheme.step()) {
      int end = Math.min(keyCount, start + scheme.step());
      double before = largest;
      for (int key = start; key < end; key++) {
        largest = Math.max(largest, scores[key]);
      }
      if (largest == Double.NEGATIVE_INFINITY) {
        continue;
      }
      double rescale = Math.exp(before - largest);
      double[] weights = new double[end - start];
      for (int key = start; key < end; key++) {
        weights[key - start] = ofScheme.weight(largest - scores[key]);
      }
      total = total * rescale + Arrays.stream(weights).sum();
      double[] codes = ofScheme.codes(weights);
      for (int key = start; key < end; key++) {
        codes[key - start] = filtered.of(row, key) == FilteredBlocks.Part.LEFT ? 0 : codes[key - start];
      }
      double[] step = step(row, start, codes);
      for (int column = 0; column < width; column++) {
        sums[column] = sums[column] * rescale + step[column];
      }
    }
    double divisor = total == 0 ? 1 : total;
    return Arrays.stream(sums).map(sum -> sum / divisor).toArray();
  }

  /** Products of a step. In f16 each instruction rounds its sum, of 16 keys with weights of f16 and else of 32. */
  private double[] step(int row, int start, double[] codes) {
    int chunk = scheme.sums().equals(Formats.F16) ? scheme.weights() == Weights.HALF ? 16 : 32 : codes.length;
    double[] sums = new double[width];
    for (int from = 0; from < codes.length; from += chunk) {
      for (int i = from; i < Math.min(codes.length, from + chunk); i++) {
        int at = (rows.firstKey(row) + start + i) * width;
        for (int column = 0; codes[i] != 0 && column < width; column++) {
          sums[column] += codes[i] * values[at + column];
        }
      }
      if (scheme.sums().equals(Formats.F16)) {
        for (int column = 0; column < width; column++) {
          sums[column] = rounded(sums[column], row, column);
        }
      }
    }
    return sums;
  }

  /** A sum of f16: of codes of values, whose scales are applied behind. */
  private double rounded(double sum, int row, int column) {
    double scale = columnScales[rows.firstKey(row) / Math.max(1, keyCount) * width + column];
    return Formats.F16.round(sum / scale) * scale;
  }

  /** What sums of a column of values are multiplied by behind, for each head of keys. */
  private double[] columnScales(double[] original) {
    double[] scales = new double[keyCount == 0 ? 0 : original.length / keyCount];
    Arrays.fill(scales, scheme.weights() == Weights.E4M3 ? 0 : 1);
    for (int i = 0; scheme.weights() == Weights.E4M3 && i < original.length; i++) {
      int at = i / width / keyCount * width + i % width;
      scales[at] = Math.max(scales[at], (float) (Math.abs(original[i]) / scheme.range()));
    }
    return Arrays.stream(scales).map(scale -> scale == 0 ? 1 : scale).toArray();
  }
}
