package nibble.codegen.ptx;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The registers in operands. */
public final class Registers {
  private Registers() {}

  /** All registers that occur in the operands. */
  public static ImmutableList<Register> of(List<Operand> operands) {
    ImmutableList.Builder<Register> registers = ImmutableList.builder();
    forEach(operands, registers::add);
    return registers.build();
  }

  /** Gives the registers that occur in the operands to an action. */
  public static void forEach(List<Operand> operands, Consumer<Register> action) {
    for (Operand operand : operands) {
      switch (operand) {
        case Register register -> action.accept(register);
        case RegisterVector vector -> vector.registers().forEach(action);
        case RegisterPair pair -> {
          action.accept(pair.value());
          action.accept(pair.predicate());
        }
        case NotPredicate not -> action.accept(not.predicate());
        case Address address -> {
          if (address.base() instanceof Register register) {
            action.accept(register);
          }
        }
        case TensorPlace place -> {
          action.accept(place.map());
          place.coordinates().registers().forEach(action);
        }
        case Immediate _, ImmediatePair _, SpecialRegister _, SharedVariable _, ParameterPlace _, ConstantTable _,
            Label _ -> { }
      }
    }
  }

  /** The operand with its registers replaced. */
  public static Operand replace(Operand operand, UnaryOperator<Register> change) {
    return switch (operand) {
      case Register register -> change.apply(register);
      case RegisterVector vector -> RegisterVector.of(vector.registers().stream().map(change).toList());
      case RegisterPair pair -> new RegisterPair(change.apply(pair.value()), change.apply(pair.predicate()));
      case NotPredicate not -> new NotPredicate(change.apply(not.predicate()));
      case Address address when address.base() instanceof Register register ->
          new Address(change.apply(register), address.offset());
      case Address address -> address;
      case TensorPlace place -> new TensorPlace(
          change.apply(place.map()), RegisterVector.of(place.coordinates().registers().stream().map(change).toList()));
      case Immediate _, ImmediatePair _, SpecialRegister _, SharedVariable _, ParameterPlace _, ConstantTable _,
          Label _ -> operand;
    };
  }
}
