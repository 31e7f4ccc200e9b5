package nibble.passes.precision;

import java.util.Optional;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.layout.Granularities.PerAxis;
import nibble.ir.layout.Granularities.PerBlock;
import nibble.ir.layout.Granularities.PerGroup;
import nibble.ir.layout.Granularities.PerToken;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;

/**
 * Fits a layout to an operand as it is stored. Rows, tokens, blocks and groups are meant as the product sees the
 * operand, with the inner axis K along rows: {@code token} is one scale for each run over K, {@code block(r,c)} spans c
 * elements of K, and {@code group n} spans n. Where the operand is stored the other way round, as a weight [K,N] is,
 * they are turned with it.
 *
 * @param operand the operand
 * @param inner the axis of the operand that is K
 * @param outer the other axis of its matrix: M on the left, N on the right
 */
record OperandLayout(StoredOperand operand, int inner, int outer) {
  /** A quantizer, or why there is none. */
  record Fit(Optional<Quantize> quantize, String obstacle) {
    private static Fit refused(String why) {
      return new Fit(Optional.empty(), why);
    }
  }

  Fit fit(LayoutSpec spec) {
    TensorType stored = operand.stored().tensorType();
    if (spec.format().storageBits() >= stored.format().storageBits()) {
      return Fit.refused(spec.format().name() + " is no narrower than " + stored.format().name());
    }
    int k = operand.storedAxis(inner);
    int other = operand.storedAxis(outer);
    int last = stored.rank() - 1;
    boolean asStored = k == last;
    boolean otherWay = k == last - 1 && other == last;
    Optional<Granularity> granularity = spec.granularity().isEmpty()
        ? Optional.of(new PerAxis(other))
        : turned(spec.granularity().get(), asStored, otherWay, k, stored.shape());
    if (granularity.isEmpty()) {
      return Fit.refused("no scale<" + spec.granularity().get().text() + "> lies along the inner axis of " + stored
          + ", which is its axis " + k);
    }
    try {
      Shape grid = new ScaleLayout(granularity.get(), spec.scale()).scaleShape(stored.shape());
      Optional<Granularity> outerBoxes =
          spec.outer().flatMap(layout -> turned(layout.granularity(), asStored, otherWay, k, grid));
      if (spec.outer().isPresent() && outerBoxes.isEmpty()) {
        return Fit.refused("no " + spec.outer().get() + " lies along the inner axis of scales " + grid);
      }
      return new Fit(Optional.of(spec.quantize(stored, granularity.get(), outerBoxes)), "");
    } catch (IllegalArgumentException | TypeRuleException e) {
      return Fit.refused(e.getMessage());
    }
  }

  private static Optional<Granularity> turned(
      Granularity given, boolean asStored, boolean otherWay, int k, Shape shape) {
    boolean lies = given instanceof PerToken || given instanceof PerBlock || given instanceof PerGroup;
    if (asStored || !lies) {
      return Optional.of(given);
    }
    if (!otherWay) {
      return Optional.empty();
    }
    return switch (given) {
      case PerBlock block -> Optional.of(new PerBlock(block.columns(), block.rows()));
      case PerGroup group -> Optional.of(new PerBlock(group.size(), 1));
      default -> perRow(k, shape);
    };
  }

  /** One scale for each run over an axis that is the second last. */
  private static Optional<Granularity> perRow(int k, Shape shape) {
    if (shape.rank() == 2) {
      return Optional.of(new PerAxis(1 - k));
    }
    return shape.dim(k).isConstant() ? Optional.of(new PerBlock(shape.dim(k).constant(), 1)) : Optional.empty();
  }
}
