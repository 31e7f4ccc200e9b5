package nibble.passes.attention.sparse;

import java.util.Optional;
import java.util.stream.LongStream;
import nibble.ir.Value;
import nibble.ir.op.Attention;
import nibble.ir.op.Compare.Kind;
import nibble.ir.shape.Shape;
import nibble.passes.PassOption;

/**
 * Sparse VideoGen: heads look at what is near in space or at what is near in time. Some queries are computed in full
 * and both ways, and each head gets the way with the least error. Tokens of a temporal head are brought into the order
 * of patches, so that one band of scores serves all heads.
 *
 * <p>Tokens are those of a frame after those of another; queries that are tried are spread evenly, where the published
 * code draws them.
 *
 * @param frames frames of the video
 * @param kept share of scores in the band
 * @param samples queries that are tried
 */
public record Svg(
    @PassOption("frames of the video, whose tokens lie one frame after the other") long frames,
    @PassOption(value = "share of the scores that are computed", otherwise = "0.3") double kept,
    @PassOption(value = "queries that are tried, to tell spatial from temporal heads", otherwise = "64") long samples)
    implements SparseAttention {
  @Override
  public Optional<String> obstacle(AttentionCall call) {
    return call.unknownExtents().or(() -> {
      if (call.op().hides(call.operands().stream().map(Value::tensorType).toList()) || call.mask().isPresent()) {
        return Optional.of("a band of space or time has no other mask");
      }
      boolean isVideo = call.queryCount() == call.keyCount() && call.keyCount() % frames == 0;
      return isVideo ? Optional.empty() : Optional.of(
          call.keyCount() + " keys of " + call.queryCount() + " queries are not those of " + frames + " frames");
    });
  }

  @Override
  public Optional<String> computes(AttentionCall call) {
    return Optional.of("a band of " + width(call.keyCount(), kept) + " of " + call.keyCount()
        + " positions to each side, in space or in time as " + samples + " queries of all keys say");
  }

  /**
   * How far a token sees, itself among what it sees: a band {@code |q - k| < w} over a length L has the share
   * {@code 1 - (1 - w/L)^2} of scores.
   */
  static long width(long length, double kept) {
    return Math.clamp((long) (length * (1 - Math.sqrt(1 - kept))), 1, length);
  }

  @Override
  public Value build(AttentionCall call, Arithmetic arithmetic) {
    long length = call.keyCount();
    long window = width(length, kept);
    Value q = call.queries();
    Value k = new Blocks(arithmetic, length, 1).repeated(call.keys(), call.leading());
    Value v = new Blocks(arithmetic, length, 1).repeated(call.values(), call.leading());
    Value isTemporal = arithmetic.axis(isTemporal(call, arithmetic, k, v, window), -1);
    Value itself = arithmetic.iota(length, -1);
    Value from = arithmetic.select(isTemporal, swapped(arithmetic, length / frames, frames), itself);
    Value back = arithmetic.select(isTemporal, swapped(arithmetic, frames, length / frames), itself);
    Attention band = new Attention(
        call.op().scale(), Attention.Causal.NONE, Optional.of(window), Optional.empty(), call.op().scheme(),
        Optional.empty(), call.op().to());
    Value result = arithmetic.builder().add(
        band, arithmetic.rows(q, from), arithmetic.rows(k, from), arithmetic.rows(v, from));
    return arithmetic.rows(result, back);
  }

  /** The numbers of a matrix in the order of its columns: of {@code i * columns + j}, {@code j * rows + i}. */
  private static Value swapped(Arithmetic arithmetic, long rows, long columns) {
    // Of row-major [columns, rows], transposed.
    Value numbers = arithmetic.last(arithmetic.iota(rows * columns, -1), 1, columns, rows);
    return arithmetic.reshape(arithmetic.transpose(numbers), Shape.of(rows * columns));
  }

  /** Which heads are temporal, {@code [.., H]}: those where a band of time has the smaller error; of equals none. */
  Value isTemporal(AttentionCall call, Arithmetic arithmetic, Value k, Value v, long window) {
    long length = Arithmetic.shape(k).dim(-2).constant();
    long count = Math.min(samples, length);
    long stride = length / count;
    Value sampled = arithmetic.integers(LongStream.range(0, count).map(i -> i * stride + i % stride).toArray());
    Value some = arithmetic.rows(call.queries(), sampled);
    Attention plain = Attention.of(call.op().scale(), call.op().to());
    Value full = arithmetic.builder().add(plain, some, k, v);
    Value inSpace = band(arithmetic, sampled, arithmetic.iota(length, -1), window);
    Value order = swapped(arithmetic, frames, length / frames);
    Value inTime = band(arithmetic, arithmetic.take(order, sampled), order, window);
    Value spatial = error(arithmetic, full, arithmetic.builder().add(plain, some, k, v, inSpace));
    Value temporal = error(arithmetic, full, arithmetic.builder().add(plain, some, k, v, inTime));
    return arithmetic.compare(Kind.LT, temporal, spatial);
  }

  private static Value band(Arithmetic arithmetic, Value queries, Value keys, long window) {
    Value distance = arithmetic.abs(arithmetic.sub(arithmetic.axis(queries, -1), arithmetic.axis(keys, -2)));
    return arithmetic.compare(Kind.LT, distance, arithmetic.integer(window));
  }

  /** The sum of squares of what is off, {@code [.., H]}. */
  private static Value error(Arithmetic arithmetic, Value full, Value some) {
    Value off = arithmetic.sub(arithmetic.f32(some), arithmetic.f32(full));
    return arithmetic.sum(arithmetic.sum(arithmetic.mul(off, off), -1), -1);
  }
}
