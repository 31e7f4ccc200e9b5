package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.emulator.format.Rounding;
import nibble.emulator.model.Operand;
import nibble.emulator.model.Target;
import nibble.emulator.report.Rejection;
import nibble.emulator.table.Match;
import nibble.emulator.tensor.ElementType;
import nibble.emulator.tensor.Multiplication;
import nibble.emulator.tensor.Multiplications;
import nibble.emulator.tensor.Shape;
import nibble.emulator.tensor.SparseMultiplication;
import nibble.emulator.tensor.Sparsity;
import nibble.emulator.tensor.TileMap;

/** {@code mma} and {@code mma.sp}. */
final class Matrices {
  private Matrices() {}

  /** {@code mma d, a, b, c}. */
  static void multiply(Emission it) {
    Shape shape = Shape.of(it.match().text("shape"));
    Multiplication plan = plan(it, shape, Optional.empty());
    List<Arg> arguments = new ArrayList<>();
    arguments.add(new Arg.Plan(plan));
    arguments.addAll(operands(it, shape.m(), shape.k(), shape.k()));
    arguments.add(new Arg.Site());
    it.step("Matrices.multiply", arguments);
  }

  /** {@code mma.m8n8k4 d, a, b, c} of f16. */
  static void multiplyQuads(Emission it) {
    Match match = it.match();
    boolean isHalfAddend = match.text("c").equals("f16");
    boolean isHalf = match.text("d").equals("f16");
    Multiplication plan =
        Multiplications.quads(
            it.function().module().target(),
            it.function().options().tensorArithmetic(),
            match.text("al").equals("col"),
            match.text("bl").equals("col"),
            isHalfAddend,
            isHalf);
    it.step(
        "Matrices.multiply",
        new Arg.Plan(plan),
        registers(it, it.operand(0), 32, true, isHalf ? 4 : 8),
        registers(it, it.operand(1), 32, false, 2),
        registers(it, it.operand(2), 32, false, 2),
        registers(it, it.operand(3), 32, false, isHalfAddend ? 4 : 8),
        new Arg.Site());
  }

  /** {@code mma.sp d, a, b, c, metadata, selector}. */
  static void multiplySparse(Emission it) {
    Shape shape = Shape.of(it.match().text("shape"));
    ElementType type = element(it.match(), "a");
    Sparsity sparsity = sparsity(it, shape);
    Multiplication inner = plan(it, shape, Optional.of(sparsity));
    TileMap stored = TileMap.a(shape.m(), shape.k() / 2, type.perRegister());
    boolean isOrdered = it.match().text("sp").equals("sp::ordered_metadata");
    List<Arg> arguments = new ArrayList<>();
    arguments.add(new Arg.Plan(new SparseMultiplication(inner, stored, sparsity, isOrdered)));
    arguments.addAll(operands(it, shape.m(), shape.k() / 2, shape.k()));
    arguments.add(it.read(it.operand(4), 32));
    arguments.add(new Arg.Site());
    it.step("Matrices.multiplySparse", arguments);
  }

  /** Where the metadata are that operands 4 and 5 give. */
  static Sparsity sparsity(Emission it, Shape shape) {
    ElementType type = element(it.match(), "a");
    return new Sparsity(kind(shape, type), selector(it, shape, type));
  }

  static Sparsity.Kind kind(Shape shape, ElementType type) {
    boolean isWhole = shape.k() / 2 * type.bits() == 256;
    return switch (type.bits()) {
      case 32 -> isWhole ? Sparsity.Kind.TF32 : Sparsity.Kind.TF32_SMALL;
      case 16 -> isWhole ? Sparsity.Kind.HALF : Sparsity.Kind.HALF_SMALL;
      case 8 -> isWhole ? Sparsity.Kind.BYTE : Sparsity.Kind.BYTE_SMALL;
      default -> isWhole ? Sparsity.Kind.NIBBLE : Sparsity.Kind.NIBBLE_SMALL;
    };
  }

  /** The selectors that make sense: as many as there are lanes, or pairs of lanes, that can hold the metadata. */
  private static int selector(Emission it, Shape shape, ElementType type) {
    int selector = it.number(it.operand(5));
    boolean isWhole = shape.k() / 2 * type.bits() == 256;
    int choices = type.bits() >= 16 ? (isWhole ? 2 : 4) : (isWhole ? 1 : 2);
    if (selector < 0 || selector >= choices) {
      throw new Rejection("the sparsity selector of this shape is at most " + (choices - 1) + ", not " + selector);
    }
    return selector;
  }

  /** The type of a factor; where an instruction takes several formats, those of four bits have a byte each. */
  static ElementType element(Match match, String slot) {
    String text = match.text(slot);
    boolean isInByte = match.textIfAny("kind").endsWith("f8f6f4") && text.equals("e2m1");
    return isInByte ? ElementType.E2M1_IN_BYTE : ElementType.valueOf(text.toUpperCase(Locale.ROOT));
  }

  private static Multiplication plan(Emission it, Shape shape, Optional<Sparsity> sparsity) {
    Match match = it.match();
    ElementType a = element(match, "a");
    ElementType b = element(match, "b");
    if (a == ElementType.B1) {
      return Multiplications.bits(shape.m(), shape.k(), match.text("op").equals("xor"));
    }
    if (a == ElementType.F64) {
      return Multiplications.doubles(shape.m(), shape.k(), Rounding.numbered(match.number("rounding")));
    }
    if (a.format() == null) {
      return Multiplications.integer(shape.m(), shape.k(), a, b, match.has("satfinite"), sparsity);
    }
    if (!match.text("c").equals(match.text("d"))) {
      throw new Rejection("accumulator and result must have one type");
    }
    Target target = it.function().module().target();
    boolean isHalf = match.text("d").equals("f16");
    return Multiplications.floating(
        target, it.function().options().tensorArithmetic(), shape.m(), shape.k(), a, b, isHalf, sparsity);
  }

  /** The registers of {@code d}, {@code a}, {@code b} and {@code c}. */
  static List<Arg> operands(Emission it, int rows, int stored, int k) {
    ElementType a = element(it.match(), "a");
    ElementType b = element(it.match(), "b");
    int bits = a == ElementType.F64 ? 64 : 32;
    boolean isHalf = it.match().textIfAny("d").equals("f16");
    int result = rows * 8 / 32 / (isHalf ? 2 : 1);
    return List.of(
        registers(it, it.operand(0), bits, true, result),
        registers(it, it.operand(1), bits, false, rows * stored / (32 * a.perRegister())),
        registers(it, it.operand(2), bits, false, k * 8 / (32 * b.perRegister())),
        registers(it, it.operand(3), bits, false, result));
  }

  static Arg registers(Emission it, Operand operand, int bits, boolean written, int count) {
    if (it.elements(operand).size() != count) {
      throw new Rejection(
          "'" + operand + "' has " + it.elements(operand).size() + " registers; here " + count + " are wanted");
    }
    return DefaultLowering.registers(it, operand, bits, written);
  }
}
