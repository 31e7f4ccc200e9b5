package nibble.codegen.kernel.attention;

import java.util.Optional;
import nibble.codegen.kernel.TileBuilder;
import nibble.codegen.tile.TileType;
import nibble.codegen.tile.op.TileBits;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * What sums of products of integers start from. Up to 2^22 away from 1.5 * 2^23, numbers of f32 are the integers, in
 * the order of their bits. So what is added to these bits is added to the number, and nothing has to convert the sum;
 * the origin is subtracted again where scores are scaled. That is off by three quarters of a unit of the sum at most,
 * far less than codes of eight bits are off; of four bits it would show.
 *
 * @param number 0 where sums are converted
 */
record ScoreOrigin(double number) {
  static final ScoreOrigin ZERO = new ScoreOrigin(0);
  private static final float MIDDLE = 0x1.8p23f;
  private static final long REACH = 1 << 22;
  private static final long LARGEST_CODE = 128;
  private static final int FULL = 64;

  /** The origin of products that may be any number of f32 as long as they keep their distances. */
  static ScoreOrigin of(AttentionTile tile, NumberFormat codes) {
    boolean isInteger = codes.equals(Formats.I8) && tile.scores().accumulator().equals(Formats.I32);
    // One more number of each query, and what sums start from, is too much where registers have sums of a step in f16
    // as well, or weights of two bytes.
    boolean isFull = tile.isTall() && tile.width() > FULL && !tile.stepSums().equals(Optional.of(Formats.F32));
    return isInteger && !isFull && tile.depth() * LARGEST_CODE * LARGEST_CODE <= REACH
        ? new ScoreOrigin(MIDDLE) : ZERO;
  }

  boolean isZero() {
    return number == 0;
  }

  /** Sums before the first product. */
  Value start(TileBuilder builder, TileType sums) {
    return builder.fill(isZero() ? 0 : Float.floatToRawIntBits(MIDDLE), sums);
  }

  /** Sums as numbers of f32. */
  Value real(TileBuilder builder, Value sums) {
    return isZero() ? builder.cast(sums, Formats.F32, Rounding.NEAREST_EVEN)
        : builder.add(new TileBits(Formats.F32), sums);
  }
}
