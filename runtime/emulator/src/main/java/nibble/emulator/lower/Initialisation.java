package nibble.emulator.lower;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Variable;
import nibble.emulator.report.Rejection;

/** Writes a variable's initial value to memory. */
final class Initialisation {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment memory;
  private final Variable variable;
  private final Names names;
  private long at;

  Initialisation(MemorySegment memory, Variable variable, Names names) {
    this.memory = memory;
    this.variable = variable;
    this.names = names;
  }

  /** Writes elements one behind the other; what is not written stays zero. */
  void write(Variable.Initialiser initialiser) {
    switch (initialiser) {
      case Variable.Initialiser.Value value -> element(value.operand());
      case Variable.Initialiser.Elements elements -> elements.elements().forEach(this::write);
    }
  }

  private void element(Operand operand) {
    PtxType type = variable.type();
    if (at + type.bytes() > memory.byteSize()) {
      throw new Rejection("'" + variable.name() + "' has more initial values than elements");
    }
    long value = value(operand, type);
    switch (type.bytes()) {
      case 1 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
      case 2 -> memory.set(SHORT, at, (short) value);
      case 4 -> memory.set(INT, at, (int) value);
      case 8 -> memory.set(LONG, at, value);
      default -> throw new Rejection("variables of type ." + type.text() + " take no initial value");
    }
    at += type.bytes();
  }

  private long value(Operand operand, PtxType type) {
    return switch (operand) {
      case Operand.IntegerConstant it ->
          type.kind() == PtxType.Kind.FLOAT ? floating(it.value(), type) : it.value();
      case Operand.FloatConstant it -> it.bits() == type.bits() ? it.pattern() : floating(it.value(), type);
      case Operand.Name it -> address(it);
      case Operand.Displaced it -> address(it.name()) + it.offset();
      case Operand.Generic it -> address(it.name()) + it.offset();
      default -> throw new Rejection("'" + operand + "' is no initial value");
    };
  }

  private static long floating(double value, PtxType type) {
    return switch (type) {
      case F64 -> Double.doubleToRawLongBits(value);
      case F32 -> Float.floatToRawIntBits((float) value);
      case F16 -> Float.floatToFloat16((float) value);
      default -> throw new Rejection("variables of type ." + type.text() + " take no floating-point value");
    };
  }

  /** Global and constant addresses are generic ones, too. */
  private long address(Operand.Name name) {
    return switch (names.get(name.text())) {
      case Frame function -> function.address();
      case MemorySymbol symbol when symbol.space() != StateSpace.SHARED -> symbol.address();
      case MemorySymbol symbol ->
          throw new Rejection("the address of shared variable '" + symbol + "' is not known before a launch");
      default -> throw new Rejection("'" + name + "' is neither a variable nor a function");
    };
  }
}
