package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.emulator.TensorArithmetic;
import nibble.emulator.model.Operand;
import nibble.emulator.report.Rejection;
import nibble.emulator.table.Match;
import nibble.emulator.tensor.ElementType;
import nibble.emulator.tensor.Multiplication;
import nibble.emulator.tensor.Multiplications;
import nibble.emulator.tensor.Shape;
import nibble.emulator.tensor.Sparsity;
import nibble.emulator.tensor.WarpgroupMultiplication;

/** {@code wgmma.mma_async}. */
final class WarpgroupMatrices {
  private static final int ROWS = 16;

  private WarpgroupMatrices() {}

  /**
   * {@code wgmma d, a, b, [metadata, selector,] adds [, signA, signB [, transposeA,] transposeB]}: {@code a} in
   * registers, or like {@code b} a descriptor.
   */
  static void multiply(Emission it) {
    Match match = it.match();
    Shape shape = Shape.of(match.text("shape"));
    boolean isSparse = match.has("sp");
    Optional<Sparsity> sparsity = isSparse ? Optional.of(sparsity(it, shape)) : Optional.empty();
    boolean isInRegisters = it.elements(it.operand(1)).size() > 1;
    List<Operand> numbers = it.operands().subList(isSparse ? 6 : 4, it.count());
    boolean hasBoth = numbers.size() == 4;
    WarpgroupMultiplication plan =
        new WarpgroupMultiplication(
            inner(it, shape, sparsity),
            shape.n(),
            shape.k(),
            Matrices.element(match, "a"),
            Matrices.element(match, "b"),
            match.text("d").equals("f16"),
            hasBoth && isTransposed(it, numbers.get(2)),
            numbers.size() > 2 && isTransposed(it, numbers.get(numbers.size() - 1)),
            !numbers.isEmpty() && isNegated(it, numbers.get(0)),
            !numbers.isEmpty() && isNegated(it, numbers.get(1)),
            sparsity);
    if (numbers.size() > 2 && hasBoth == isInRegisters) {
      throw new Rejection("only a factor in shared memory can be transposed");
    }
    List<Arg> arguments = new ArrayList<>();
    arguments.add(new Arg.Plan(plan));
    arguments.add(Matrices.registers(it, it.operand(0), 32, true, plan.tiles() * plan.tileRegisters()));
    arguments.add(
        isInRegisters
            ? Matrices.registers(it, it.operand(1), 32, false, plan.leftRegisters())
            : it.read(it.operand(1), 64));
    arguments.add(it.read(it.operand(2), 64));
    arguments.add(isSparse ? it.read(it.operand(3), 32) : new Arg.WordConstant(0));
    arguments.add(it.readPredicate(it.operand(isSparse ? 5 : 3)));
    arguments.add(new Arg.Site());
    // The sums are read, too.
    arguments.set(1, updated(it, it.operand(0), (Arg.Registers) arguments.get(1)));
    it.step(isInRegisters ? "WarpgroupMatrices.multiply" : "WarpgroupMatrices.multiplyShared", arguments);
  }

  private static Arg updated(Emission it, Operand operand, Arg.Registers written) {
    List<Arg> registers = new ArrayList<>();
    for (Operand element : it.elements(operand)) {
      boolean isSink = element instanceof Operand.Name name && name.isSink();
      registers.add(isSink ? written.registers().get(registers.size()) : it.update(element, 32));
    }
    return new Arg.Registers(registers);
  }

  private static Sparsity sparsity(Emission it, Shape shape) {
    ElementType type = Matrices.element(it.match(), "a");
    int selector = it.number(it.operand(4));
    int choices = type.bits() >= 16 ? 2 : 1;
    if (selector < 0 || selector >= choices) {
      throw new Rejection("the sparsity selector of this shape is at most " + (choices - 1) + ", not " + selector);
    }
    return new Sparsity(Matrices.kind(shape, type), selector);
  }

  private static Multiplication inner(Emission it, Shape shape, Optional<Sparsity> sparsity) {
    Match match = it.match();
    ElementType a = Matrices.element(match, "a");
    ElementType b = Matrices.element(match, "b");
    if (a == ElementType.B1) {
      return Multiplications.bits(ROWS, shape.k(), false);
    }
    if (a.format() == null) {
      return Multiplications.integer(ROWS, shape.k(), a, b, match.has("satfinite"), sparsity);
    }
    TensorArithmetic arithmetic = it.function().options().tensorArithmetic();
    return Multiplications.warpgroup(arithmetic, shape.k(), a, b, match.text("d").equals("f16"), sparsity);
  }

  private static boolean isNegated(Emission it, Operand operand) {
    int sign = it.number(operand);
    if (sign != 1 && sign != -1) {
      throw new Rejection("a factor is multiplied by 1 or -1 here, not by " + sign);
    }
    return sign < 0;
  }

  private static boolean isTransposed(Emission it, Operand operand) {
    int transposed = it.number(operand);
    if (transposed != 0 && transposed != 1) {
      throw new Rejection("whether a factor is transposed is told by 0 or 1, not " + transposed);
    }
    return transposed != 0;
  }
}
