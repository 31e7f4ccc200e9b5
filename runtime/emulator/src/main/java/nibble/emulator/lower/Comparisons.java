package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;

/**
 * {@code setp} and {@code set}: a comparison, and what is made of its result. The form's first argument is the helper
 * that compares, the second the bits of its operands; the others go to the helper.
 */
final class Comparisons {
  private Comparisons() {}

  /** {@code setp p|q, a, b, c}. */
  static void setPredicate(Emission it) {
    Operand target = it.operand(0);
    Optional<Operand> second =
        target instanceof Operand.Pair pair ? Optional.of(pair.second()) : Optional.empty();
    Operand first = target instanceof Operand.Pair pair ? pair.first() : target;
    if (second.isEmpty() && it.count() == 3) {
      compare(it, it.writePredicate(first));
      return;
    }
    VirtualRegister test = it.temporary(PtxType.PRED);
    compare(it, Arg.write(test));
    it.step(
        "Predicates.combine",
        it.writePredicate(first),
        second.map(it::writePredicate).orElseGet(() -> Arg.write(it.temporary(PtxType.PRED))),
        Arg.read(test),
        it.count() > 3 ? it.readPredicate(it.operand(3)) : new Arg.Truth(true),
        Arg.number(it.count() > 3 ? it.match().number("bool") : 0));
  }

  /** {@code set d, a, b, c}. */
  static void set(Emission it) {
    VirtualRegister test = it.temporary(PtxType.PRED);
    compare(it, Arg.write(test));
    VirtualRegister result = test;
    if (it.count() > 3) {
      result = it.temporary(PtxType.PRED);
      Arg other = it.readPredicate(it.operand(3));
      Arg unused = Arg.write(it.temporary(PtxType.PRED));
      it.step(
          "Predicates.combine",
          Arg.write(result), unused, Arg.read(test), other, Arg.number(it.match().number("bool")));
    }
    PtxType type = PtxType.of(it.match().text("dtype")).orElseThrow();
    it.step("Predicates.toWord", it.write(it.operand(0), type.bits()), Arg.read(result), Arg.number(yes(type)));
  }

  /** What is true: all bits, or one. */
  private static int yes(PtxType type) {
    return switch (type) {
      case F32 -> Float.floatToRawIntBits(1);
      case F16 -> Float.floatToFloat16(1);
      case BF16 -> Float.floatToRawIntBits(1) >>> 16;
      default -> type.bits() == 16 ? 0xffff : -1;
    };
  }

  private static void compare(Emission it, Arg target) {
    List<String> arguments = it.match().form().action().arguments();
    int bits = Integer.parseInt(arguments.get(1));
    List<Arg> operands = new ArrayList<>();
    operands.add(target);
    operands.add(it.read(it.operand(1), bits));
    operands.add(it.read(it.operand(2), bits));
    arguments.subList(2, arguments.size()).forEach(name -> operands.add(DefaultLowering.constant(it, name)));
    it.step(it.match().substitute(arguments.get(0)), operands);
  }
}
