package nibble.codegen.layout;

import static nibble.codegen.layout.Dimension.LANE;
import static nibble.codegen.layout.Dimension.REGISTER;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.Set;

/**
 * Splits a move between lanes into rounds of one shuffle.
 *
 * <p>Let {@code lane' = A*lane + B*register} and {@code register' = C*lane + D*register} be where the element of the
 * destination's (register, lane) is. In round {@code r} lane {@code l} fills register {@code F*l + r}, so it reads from
 * lane {@code M*l + B*r} with {@code M = A + B*F}. A lane gives one element a round, so {@code M} must be invertible,
 * and that is what {@code F} is chosen for: it takes each vector of the kernel of {@code A} to a register bit whose
 * {@code B} is new to the image. Then lane {@code s} gives register {@code G*s + (G*B + D)*r} with
 * {@code G = (C + D*F) * M^-1}. There are as many rounds as registers to fill, which is the least, as every shuffle
 * brings a lane one.
 */
final class PlanShuffle {
  private static final int SHUFFLE_BITS = 32;

  private final int packedBits;
  private final ImmutableList<Dimension> lanes;
  private final ImmutableList<Dimension> registersFrom;
  private final ImmutableList<Dimension> registersTo;
  private final F2Matrix a;
  private final F2Matrix b;
  private final F2Matrix c;
  private final F2Matrix d;

  private PlanShuffle(LinearLayout origin, int elementBits) {
    a = origin.sublayout(Set.of(LANE), Set.of(LANE)).matrix();
    b = origin.sublayout(Set.of(REGISTER), Set.of(LANE)).matrix();
    c = origin.sublayout(Set.of(LANE), Set.of(REGISTER)).matrix();
    d = origin.sublayout(Set.of(REGISTER), Set.of(REGISTER)).matrix();
    lanes = ImmutableList.of(Dimension.ofSize(LANE, origin.inputSize(LANE)));
    registersFrom = ImmutableList.of(Dimension.ofSize(REGISTER, origin.outputSize(REGISTER)));
    registersTo = ImmutableList.of(Dimension.ofSize(REGISTER, origin.inputSize(REGISTER)));
    packedBits = packedBits(Integer.numberOfTrailingZeros(Math.max(1, SHUFFLE_BITS / elementBits)));
  }

  /** The rounds for the origin {@code (register, lane) -> (register, lane)}; empty where copies get in the way. */
  static Optional<ConversionPlan.WarpShuffle> plan(LinearLayout origin, int elementBits) {
    PlanShuffle plan = new PlanShuffle(origin, elementBits);
    F2Matrix fill = plan.chooseFill();
    F2Matrix read = plan.a.plus(plan.b.multiply(fill));
    return read.isInjective() && read.isSurjective() ? Optional.of(plan.rounds(fill, read)) : Optional.empty();
  }

  private F2Matrix chooseFill() {
    long[] fill = new long[a.width()];
    Subspace image = Subspace.span(a.columns().asList());
    for (long kernelVector : a.kernel()) {
      for (int register = packedBits; register < b.width(); register++) {
        if (!image.contains(b.column(register))) {
          image = image.plus(b.column(register));
          fill[63 - Long.numberOfLeadingZeros(kernelVector)] = 1L << register;
          break;
        }
      }
    }
    return F2Matrix.ofColumns(b.width(), fill);
  }

  private ConversionPlan.WarpShuffle rounds(F2Matrix fill, F2Matrix read) {
    F2Matrix give = c.plus(d.multiply(fill)).multiply(read.solve(F2Matrix.identity(read.rows())).orElseThrow());
    F2Matrix giveConstant = give.multiply(b).plus(d);
    long redundant = redundantRegisters();
    ImmutableList.Builder<ConversionPlan.Round> rounds = ImmutableList.builder();
    for (long round = 0; round < 1L << b.width(); round += 1L << packedBits) {
      if ((round & redundant) == 0) {
        rounds.add(new ConversionPlan.Round(
            new LinearLayout(lanes, registersFrom, give),
            (int) giveConstant.multiply(round),
            new LinearLayout(lanes, lanes, read),
            (int) b.multiply(round),
            new LinearLayout(lanes, registersTo, fill),
            (int) round));
      }
    }
    return new ConversionPlan.WarpShuffle(packedBits, rounds.build(), (int) redundant);
  }

  /** The register bits of the destination that move nothing. */
  private long redundantRegisters() {
    long mask = 0;
    for (int register = 0; register < b.width(); register++) {
      if (b.column(register) == 0 && d.column(register) == 0) {
        mask |= 1L << register;
      }
    }
    return mask;
  }

  /** How many of the lowest register bits stay where they are and are of no concern to any other bit, up to a limit. */
  private int packedBits(int limit) {
    int packed = 0;
    while (packed < Math.min(limit, d.width()) && isAlone(packed)) {
      packed++;
    }
    return packed;
  }

  private boolean isAlone(int register) {
    long bit = 1L << register;
    if (d.column(register) != bit || b.column(register) != 0) {
      return false;
    }
    for (int other = 0; other < d.width(); other++) {
      if (other != register && (d.column(other) & bit) != 0) {
        return false;
      }
    }
    return c.columns().stream().noneMatch(column -> (column & bit) != 0);
  }
}
