package nibble.ir.op;

import java.util.List;
import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.AttentionScheme.LowBit;
import nibble.ir.op.AttentionScheme.Sharing;
import nibble.ir.op.AttentionScheme.Weights;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * The types of codes of a low-bit attention whose quantizers stand by themselves. Its values, where they are codes, are
 * columns after columns, {@code [.., Hkv, E, Nk']}: keys that are summed over are neighbours, and what shares a scale
 * lies in a row. {@code Nk'} are keys up to whole steps, so that rows are aligned; values of what is no key count for
 * nothing.
 *
 * @param scheme what is computed of them
 */
public record AttentionCodes(LowBit scheme) {
  /** Elements that share a scale of ue4m3. */
  private static final int GROUP = 16;

  /** The type of the codes of queries of that type. */
  public TensorType queries(TensorType type) {
    return type.plain(scheme.scores()).withScale(scales(type, true));
  }

  /** The type of the codes of keys. */
  public TensorType keys(TensorType type) {
    return type.plain(scheme.scores()).withScale(scales(type, false));
  }

  private ScaleLayout scales(TensorType type, boolean areQueries) {
    Granularity granularity = switch (scheme.sharing()) {
      case BLOCK -> new Granularities.PerBlock(
          areQueries ? Sharing.BLOCK_QUERIES : Sharing.BLOCK_KEYS, type.shape().last().constant());
      case THREAD -> areQueries
          ? new Granularities.Interleaved(Sharing.WARP_QUERIES, Sharing.CYCLE, 1)
          : new Granularities.Interleaved(Sharing.BLOCK_KEYS, Sharing.CYCLE, 2);
      case ELEMENTS -> new Granularities.PerGroup(GROUP);
    };
    return new ScaleLayout(granularity, scheme.sharing() == Sharing.ELEMENTS ? Formats.UE4M3 : Formats.F32);
  }

  /** Whether values are codes with scales. */
  public boolean scalesValues() {
    return scheme.weights() != Weights.HALF;
  }

  /** The type of values of that type, {@code [.., Hkv, Nk, E]}, as they are multiplied. */
  public TensorType values(TensorType type) {
    if (!scalesValues()) {
      return type.plain(Formats.F16);
    }
    ScaleLayout layout = switch (scheme.weights()) {
      case HALF, BYTE, E4M3 -> new ScaleLayout(new Granularities.PerToken(), Formats.F32);
      case NVFP4, NVFP4_DIRECT -> new ScaleLayout(new Granularities.PerGroup(GROUP), Formats.UE4M3);
    };
    Shape shape = type.shape();
    Shape columns = shape.slice(0, shape.rank() - 2).append(shape.last(), padded(shape.dim(-2)));
    return type.withShape(columns).plain(valueFormat()).withScale(layout);
  }

  /** So many keys, up to whole steps. */
  public Dim padded(Dim keys) {
    return keys.ceilDiv(scheme.step()).times(Dim.of(scheme.step()));
  }

  private NumberFormat valueFormat() {
    return switch (scheme.weights()) {
      case HALF -> Formats.F16;
      case BYTE -> Formats.I8;
      case E4M3 -> Formats.E4M3;
      case NVFP4, NVFP4_DIRECT -> Formats.E2M1;
    };
  }

  /** The shape of values {@code [.., Hkv, Nk, E]} that operands stand for. */
  static Shape values(Optional<AttentionScheme> scheme, List<TensorType> operands) {
    Shape shape = operands.get(2).shape();
    Shape keys = operands.get(1).shape();
    return areCodes(scheme, operands) && operands.get(2).isScaled() && shape.rank() > 1 && keys.rank() == shape.rank()
        ? shape.slice(0, shape.rank() - 2).append(keys.dim(-2), shape.dim(-2)) : shape;
  }

  /** Whether operands are codes, so that the quantizers of the scheme have been applied. */
  static boolean areCodes(Optional<AttentionScheme> scheme, List<TensorType> operands) {
    return scheme.isPresent() && operands.getFirst().isScaled();
  }

  /** Whether operands are those that quantizers of the scheme give. */
  boolean take(AttentionScheme known, List<TensorType> operands) {
    TensorType values = operands.get(2);
    TensorType wide = values.withShape(values(Optional.of(known), operands));
    return operands.get(0).equals(queries(operands.get(0))) && operands.get(1).equals(keys(operands.get(1)))
        && values.isScaled() == scalesValues() && values.equals(values(wide));
  }
}
