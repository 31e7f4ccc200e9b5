package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.HashMap;
import java.util.Map;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.Operand;
import nibble.codegen.tile.Scalar;

/**
 * Functions of the elements of a tile that neighbours share: of numbers between two multiples of a power of two that
 * divides the divisor, all quotients are those of the lower multiple, remainders follow from its remainder, and all are
 * less than the divisor or none is. So the scale of a group, for one, is found and loaded once for the neighbours that
 * a thread has.
 */
final class NeighbourCode {
  private record Key(Scalar function, Operand root, int above, Operand by) {}

  private final boolean many;
  private final Code code;
  private final ScalarCode scalars;
  private final Map<Key, Operand> computed = new HashMap<>();

  /**
   * Of one tile.
   *
   * @param many whether threads have several elements of it
   */
  NeighbourCode(Code code, ScalarCode scalars, boolean many) {
    this.many = many;
    this.code = code;
    this.scalars = scalars;
  }

  /** Whether neighbours may share results of a function of integers that are not negative. */
  static boolean shares(Scalar function) {
    return function == Scalar.QUOTIENT || function == Scalar.MODULO || function == Scalar.LT;
  }

  /**
   * Elements that differ by constants are compared with one difference: no register holds any of them. Indices and
   * extents are so far from the ends of 32 bits that differences do not overflow.
   */
  private Operand less(Code.Sum sum, Operand a, Operand b) {
    if (!many || !code.sparesRegisters() || b instanceof Immediate) {
      return scalars.integer(Scalar.LT, a, b);
    }
    Operand distance = computed.computeIfAbsent(
        new Key(Scalar.SUB, sum.root(), 0, b), key -> code.sub(b, sum.root()));
    return scalars.integer(Scalar.GT, distance, imm(sum.constant()));
  }

  /** The function of an integer that is not negative and another one. */
  Operand apply(Scalar function, Operand a, Operand b) {
    Code.Sum sum = code.sum(a);
    int group = b instanceof Immediate constant && constant.bits() > 0
        ? Math.min(code.alignment(sum.root()), Integer.lowestOneBit((int) constant.bits())) : 1;
    if (sum.root() instanceof Immediate || group == 1 && function != Scalar.LT) {
      return scalars.integer(function, a, b);
    }
    if (group == 1) {
      return less(sum, a, b);
    }
    int inside = sum.constant() & group - 1;
    Key key = new Key(function, sum.root(), sum.constant() - inside, b);
    Operand known = computed.get(key);
    if (known == null) {
      Operand lower = inside == 0 ? a : code.add(sum.root(), imm(key.above));
      known = scalars.integer(function, lower, b);
      if (function == Scalar.MODULO) {
        code.align(known, group);
      }
      computed.put(key, known);
    }
    return function == Scalar.MODULO ? code.add(known, imm(inside)) : known;
  }
}
