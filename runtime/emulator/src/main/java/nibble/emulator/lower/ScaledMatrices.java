package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.emulator.format.ScaleFormat;
import nibble.emulator.model.Operand;
import nibble.emulator.report.Rejection;
import nibble.emulator.table.Match;
import nibble.emulator.tensor.ElementType;
import nibble.emulator.tensor.ScaledMultiplication;
import nibble.emulator.tensor.Shape;
import nibble.emulator.tensor.Sparsity;

/**
 * {@code mma} with block scales: behind the operands of {@link Matrices} there are, for either factor, a register with
 * scales and two selectors in braces, which byte of it is the first and which lanes hold it.
 */
final class ScaledMatrices {
  private static final int BYTES = 4;

  private ScaledMatrices() {}

  /** {@code mma d, a, b, c, [metadata, selector,] scaleA, {byte, thread}, scaleB, {byte, thread}}. */
  static void multiply(Emission it) {
    Match match = it.match();
    Shape shape = Shape.of(match.text("shape"));
    Optional<Sparsity> sparsity =
        match.has("sp") ? Optional.of(Matrices.sparsity(it, shape)) : Optional.empty();
    int chunks = chunks(match);
    ScaledMultiplication plan =
        new ScaledMultiplication(
            it.function().options().tensorArithmetic(),
            shape.k(),
            Matrices.element(match, "a"),
            Matrices.element(match, "b"),
            chunks,
            ScaleFormat.valueOf(match.text("scale").toUpperCase(Locale.ROOT)),
            sparsity);
    List<Arg> arguments = new ArrayList<>();
    arguments.add(new Arg.Plan(plan));
    arguments.addAll(Matrices.operands(it, shape.m(), sparsity.isPresent() ? shape.k() / 2 : shape.k(), shape.k()));
    // Dense ones have no metadata; the helper does not look at what is given in their place.
    arguments.add(sparsity.isPresent() ? it.read(it.operand(4), 32) : new Arg.WordConstant(0));
    int first = sparsity.isPresent() ? 6 : 4;
    addScales(it, first, chunks, 2, arguments);
    addScales(it, first + 2, chunks, 4, arguments);
    arguments.add(new Arg.Site());
    it.step("ScaledMatrices.multiply", arguments);
  }

  /** Scales of a row: as the vector says, or as the kind has it where it says nothing. */
  private static int chunks(Match match) {
    String vector = match.text("vec");
    if (vector.isEmpty()) {
      return Matrices.element(match, "a") == ElementType.E2M1 ? 2 : 1;
    }
    return vector.charAt(vector.length() - 2) - '0';
  }

  private static void addScales(Emission it, int index, int chunks, int threads, List<Arg> arguments) {
    List<Operand> selectors = it.elements(it.operand(index + 1));
    if (selectors.size() != 2) {
      throw new Rejection("'" + it.operand(index + 1) + "' must be two selectors, of a byte and of a thread");
    }
    require(selectors.get(0), "byte", chunks, BYTES - chunks);
    require(selectors.get(1), "thread", 1, threads - 1);
    arguments.add(it.read(it.operand(index), 32));
    arguments.add(it.read(selectors.get(0), 16));
    arguments.add(it.read(selectors.get(1), 16));
  }

  /** A selector that is a constant must make sense. */
  private static void require(Operand selector, String what, int step, int most) {
    if (selector instanceof Operand.IntegerConstant constant
        && (constant.value() < 0 || constant.value() > most || constant.value() % step != 0)) {
      throw new Rejection(
          "the " + what + " selector " + constant.value() + " is none of the multiples of " + step + " up to " + most);
    }
  }
}
