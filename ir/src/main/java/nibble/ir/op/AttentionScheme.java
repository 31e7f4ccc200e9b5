package nibble.ir.op;

import java.util.Locale;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * Ways to compute an attention in few bits, as published: SageAttention, SageAttention2 and 2++, SageAttention3. What
 * they mean is {@link LowBit}.
 */
public enum AttentionScheme {
  /**
   * SageAttention ("-B"): INT8 scores by blocks, keys less their mean, values in f16. Its sums are in f32, as its
   * kernels for sm_80 have them; those in f16 of its first kernels agree to four digits.
   */
  SAGE1(LowBit.of(Formats.I8, Sharing.BLOCK).withWeights(Weights.HALF, 1, Formats.F32)),
  /** SageAttention ("-vB"): the same with weights and values in INT8. */
  SAGE1_INT8(LowBit.of(Formats.I8, Sharing.BLOCK).withWeights(Weights.BYTE, 127, Formats.F32)),
  /** SageAttention2 ("8b"): INT8 scores by threads, weights and values in E4M3, each step added in f32. */
  SAGE2(LowBit.of(Formats.I8, Sharing.THREAD).withWeights(Weights.E4M3, 448, Formats.F32)),
  /** SageAttention2 ("4b"): the same with INT4 scores, and queries less the mean of their block. */
  SAGE2_INT4(LowBit.of(Formats.I4, Sharing.THREAD).smoothingQueries().withWeights(Weights.E4M3, 448, Formats.F32)),
  /** SageAttention2++: values in a smaller range, so that a step can be summed in f16. */
  SAGE2PP(LowBit.of(Formats.I8, Sharing.THREAD).withWeights(Weights.E4M3, 2.25, Formats.F16)),
  /** SageAttention3: NVFP4 for both products, weights under a second, static level of scales. */
  SAGE3(LowBit.of(Formats.E2M1, Sharing.ELEMENTS).smoothingQueries().withWeights(Weights.NVFP4, 6, Formats.F32));

  private final LowBit lowBit;

  AttentionScheme(LowBit lowBit) {
    this.lowBit = lowBit;
  }

  public LowBit lowBit() {
    return lowBit;
  }

  /** What texts call it. */
  public String keyword() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Which rows of queries or keys share a scale. */
  public enum Sharing {
    /** 128 queries, 64 keys. */
    BLOCK,
    /**
     * Those that one thread has in the accumulators of {@code mma.m16n8}: of 32 queries, every eighth; of 64 keys,
     * those with the same {@code (row mod 8) / 2}.
     */
    THREAD,
    /** None: each row has a scale for each 16 of its elements. */
    ELEMENTS;

    static final int WARP_QUERIES = 32;
    static final int BLOCK_QUERIES = 128;
    static final int BLOCK_KEYS = 64;
    static final int CYCLE = 8;

    /** The number of the group of a query. */
    public int ofQuery(int row) {
      return switch (this) {
        case BLOCK -> row / BLOCK_QUERIES;
        case THREAD -> row / WARP_QUERIES * CYCLE + row % CYCLE;
        case ELEMENTS -> row;
      };
    }

    /** The number of the group of a key. */
    public int ofKey(int row) {
      return switch (this) {
        case BLOCK -> row / BLOCK_KEYS;
        case THREAD -> row / BLOCK_KEYS * (CYCLE / 2) + row % CYCLE / 2;
        case ELEMENTS -> row;
      };
    }
  }

  /** What becomes of weights, which are at most 1, and of values. */
  public enum Weights {
    /** Rounded to f16, as values are. */
    HALF,
    /** INT8 under the static scale 1/127; values INT8 by channels. */
    BYTE,
    /** E4M3 under the static scale 1/448; values E4M3 by channels. */
    E4M3,
    /** E2M1 in groups of 16 keys under scales of ue4m3 of their own; values likewise. */
    NVFP4_DIRECT,
    /** The same, weights under the static scale 1/2688 before. */
    NVFP4
  }

  /**
   * A low-bit attention.
   *
   * @param scores format of codes of queries and keys
   * @param sharing which of them share a scale
   * @param smoothsKeys whether the mean of all keys is subtracted from keys, which changes no weight
   * @param smoothsQueries whether the mean of 128 queries is subtracted from these, and its products with keys added
   * @param weights what becomes of weights and values
   * @param range the largest code of values
   * @param sums format in which the products of a step are added
   * @param step keys between two rescalings
   */
  public record LowBit(
      NumberFormat scores, Sharing sharing, boolean smoothsKeys, boolean smoothsQueries, Weights weights,
      double range, NumberFormat sums, int step) {
    public LowBit {
      double most = Formats.E4M3.max() * range * step;
      if (weights == Weights.E4M3 && sums.equals(Formats.F16) && most > Formats.F16.max()) {
        throw new IllegalArgumentException("a step of " + step + " products of 448 and " + range + " sums up to " + most
            + ", which f16 does not hold");
      }
    }

    /** What is added to exponents of two, so that codes of weights are used up to the largest. */
    public double offset() {
      return LowBitWeights.offset(weights);
    }

    /** Scores of that format with keys less their mean; weights of f16. */
    public static LowBit of(NumberFormat scores, Sharing sharing) {
      int keys = sharing == Sharing.ELEMENTS ? 128 : 64;
      return new LowBit(scores, sharing, true, false, Weights.HALF, 1, Formats.F32, keys);
    }

    public LowBit smoothingQueries() {
      return new LowBit(scores, sharing, smoothsKeys, true, weights, range, sums, step);
    }

    public LowBit withoutSmoothing() {
      return new LowBit(scores, sharing, false, false, weights, range, sums, step);
    }

    public LowBit withWeights(Weights other, double largest, NumberFormat sumFormat) {
      return new LowBit(scores, sharing, smoothsKeys, smoothsQueries, other, largest, sumFormat, step);
    }

    public LowBit withStep(int keys) {
      return new LowBit(scores, sharing, smoothsKeys, smoothsQueries, weights, range, sums, keys);
    }
  }
}
