package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import java.util.HashMap;
import java.util.Map;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.ir.shape.Atom;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Monomial;

/** Arithmetic on the size arguments of a kernel. */
final class SizeCode {
  private final Code code;
  private final Map<String, Register> sizes = new HashMap<>();

  SizeCode(Code code) {
    this.code = code;
  }

  void define(String symbol, Register value) {
    sizes.put(symbol, value);
  }

  Operand emit(Dim extent) {
    Operand sum = imm(0);
    for (Map.Entry<Monomial, Long> term : extent.terms().entrySet()) {
      Operand product = imm(term.getValue());
      for (Map.Entry<Atom, Integer> power : term.getKey().powers().entrySet()) {
        Operand factor = emit(power.getKey());
        for (int i = 0; i < power.getValue(); i++) {
          product = code.mul(product, factor);
        }
      }
      sum = code.add(sum, product);
    }
    return sum;
  }

  private Operand emit(Atom atom) {
    return switch (atom) {
      case Atom.Symbol symbol -> sizes.get(symbol.name());
      case Atom.CeilDiv quotient -> code.quotient(
          code.add(emit(quotient.numerator()), imm(quotient.divisor() - 1)), imm(quotient.divisor()));
    };
  }
}
