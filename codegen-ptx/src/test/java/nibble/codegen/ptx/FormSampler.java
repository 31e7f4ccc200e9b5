package nibble.codegen.ptx;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes instructions of each form, with registers wherever they may be and with constants wherever they may be. */
final class FormSampler {
  static final Parameter PARAMETER = new Parameter("p", PtxType.U64, 0);
  static final SharedVariable VARIABLE = new SharedVariable("tile", 16, 256);
  static final Label END = new Label("$end");

  private final Map<RegisterType, Integer> next = new EnumMap<>(RegisterType.class);

  List<Instruction> samples(InstructionForm form) {
    List<Instruction> samples = new ArrayList<>(List.of(sample(form, false)));
    if (form.inputs().stream().anyMatch(p -> p.kind() == OperandPattern.Kind.REGISTER_OR_CONSTANT)) {
      samples.add(sample(form, true));
    }
    return samples;
  }

  private Instruction sample(InstructionForm form, boolean constants) {
    next.clear();
    ImmutableList.Builder<Operand> operands = ImmutableList.builder();
    form.outputs().forEach(pattern -> operands.add(operand(pattern, constants)));
    form.inputs().forEach(pattern -> operands.add(operand(pattern, constants)));
    Optional<Guard> guard =
        form.effect() == Effect.JUMPS ? Optional.of(new Guard(register(RegisterType.PRED), false)) : Optional.empty();
    return new Instruction(form, guard, operands.build(), Optional.empty());
  }

  private Operand operand(OperandPattern pattern, boolean constants) {
    return switch (pattern.kind()) {
      case REGISTER -> register(pattern.type());
      case REGISTER_OR_CONSTANT -> constants ? constant(pattern.type()) : register(pattern.type());
      case VECTOR, PAIR -> pattern.fresh(this::register);
      case PREDICATE_OR_NEGATION -> new NotPredicate(register(RegisterType.PRED));
      case CONSTANT ->
          Immediate.imm(pattern.values().isEmpty() ? 1 : pattern.values().get(pattern.values().length() - 1));
      case CONSTANT_PAIR -> new ImmediatePair(last(pattern.values().get(0)), last(pattern.values().get(1)));
      case GLOBAL_ADDRESS, CONSTANT_ADDRESS -> Address.at(register(RegisterType.B64), 16);
      case SHARED_ADDRESS -> Address.at(register(RegisterType.B32), 16);
      case PARAMETER_ADDRESS -> Address.at(PARAMETER);
      case SPECIAL -> SpecialRegister.TID_X;
      case TENSOR -> new TensorPlace(register(RegisterType.B64), RegisterVector.of(
          Stream.generate(() -> register(pattern.type())).limit(pattern.count()).toList()));
      case SYMBOL -> VARIABLE;
      case PARAMETER -> new ParameterPlace(PARAMETER);
      case TABLE -> new ConstantTable("table", ImmutableIntArray.of(1, 2));
      case LABEL -> END;
    };
  }

  /** The largest value of a mask. */
  private static int last(long mask) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(mask);
  }

  private static Operand constant(RegisterType type) {
    return switch (type) {
      case F32 -> Immediate.imm(1.5f);
      case F64 -> Immediate.imm(1.5);
      case PRED, B8, B16, B32, B64 -> Immediate.imm(32);
    };
  }

  private Register register(RegisterType type) {
    return new Register(type, next.merge(type, 1, Integer::sum) - 1);
  }
}
