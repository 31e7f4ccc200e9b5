package nibble.codegen.ptx;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What an instruction takes at one place. The text forms are told in {@code instructions.txt}.
 *
 * @param kind what sort of operand
 * @param type the registers' type, where there are registers; else null
 * @param count how many registers a vector has, or coordinates a box; else 1
 * @param values for {@link Kind#CONSTANT}, the only values that do; empty for any. For {@link Kind#CONSTANT_PAIR} a
 *     mask of the first values that do, then one of the second
 * @param text the text form
 */
public record OperandPattern(Kind kind, RegisterType type, int count, ImmutableLongArray values, String text) {
  /** Sorts of operands. */
  public enum Kind {
    REGISTER,
    REGISTER_OR_CONSTANT,
    VECTOR,
    /** A register and a predicate. */
    PAIR,
    PREDICATE_OR_NEGATION,
    CONSTANT,
    CONSTANT_PAIR,
    GLOBAL_ADDRESS,
    SHARED_ADDRESS,
    PARAMETER_ADDRESS,
    CONSTANT_ADDRESS,
    /** A box of a tensor: a map and coordinates. */
    TENSOR,
    SPECIAL,
    SYMBOL,
    PARAMETER,
    TABLE,
    LABEL
  }

  private static final String UPDATED = "+";
  private static final String TENSOR = "[tensor.";
  private static final ImmutableMap<String, Kind> WORDS = ImmutableMap.of(
      "[global]", Kind.GLOBAL_ADDRESS,
      "[shared]", Kind.SHARED_ADDRESS,
      "[param]", Kind.PARAMETER_ADDRESS,
      "[const]", Kind.CONSTANT_ADDRESS,
      "special", Kind.SPECIAL,
      "symbol", Kind.SYMBOL,
      "parameter", Kind.PARAMETER,
      "table", Kind.TABLE,
      "label", Kind.LABEL,
      "pred!", Kind.PREDICATE_OR_NEGATION);

  static OperandPattern parse(String text) {
    if (text.endsWith(UPDATED)) {
      OperandPattern set = parse(text.substring(0, text.length() - UPDATED.length()));
      return new OperandPattern(set.kind, set.type, set.count, set.values, text);
    }
    ImmutableLongArray none = ImmutableLongArray.of();
    if (WORDS.containsKey(text)) {
      return new OperandPattern(WORDS.get(text), null, 1, none, text);
    }
    if (text.startsWith(TENSOR)) {
      int rank = Integer.parseInt(text.substring(TENSOR.length(), text.length() - 2));
      return new OperandPattern(Kind.TENSOR, RegisterType.B32, rank, none, text);
    }
    if (text.startsWith("#") && text.contains(",")) {
      String[] both = text.substring(1).split(",");
      return new OperandPattern(
          Kind.CONSTANT_PAIR, null, 1, ImmutableLongArray.of(mask(both[0]), mask(both[1])), text);
    }
    if (text.startsWith("#")) {
      return new OperandPattern(Kind.CONSTANT, null, 1, values(text.substring(1)), text);
    }
    if (text.endsWith("|pred")) {
      return new OperandPattern(Kind.PAIR, type(text.substring(0, text.indexOf('|'))), 1, none, text);
    }
    if (text.endsWith("#")) {
      return new OperandPattern(Kind.REGISTER_OR_CONSTANT, type(text.substring(0, text.length() - 1)), 1, none, text);
    }
    int times = text.indexOf('x');
    if (times > 0) {
      int count = Integer.parseInt(text.substring(times + 1));
      return new OperandPattern(Kind.VECTOR, type(text.substring(0, times)), count, none, text);
    }
    return new OperandPattern(Kind.REGISTER, type(text), 1, none, text);
  }

  private static long mask(String text) {
    return values(text).stream().map(value -> 1L << value).sum();
  }

  private static RegisterType type(String keyword) {
    return RegisterType.valueOf(keyword.toUpperCase(Locale.ROOT));
  }

  private static ImmutableLongArray values(String text) {
    if (text.isEmpty()) {
      return ImmutableLongArray.of();
    }
    int dots = text.indexOf("..");
    LongStream values = dots < 0
        ? Arrays.stream(text.split("\\|")).mapToLong(Long::parseLong)
        : LongStream.rangeClosed(Long.parseLong(text.substring(0, dots)), Long.parseLong(text.substring(dots + 2)));
    return ImmutableLongArray.copyOf(values);
  }

  /** Whether it is an output that is read before it is set. */
  public boolean isUpdated() {
    return text.endsWith(UPDATED);
  }

  /** Whether the operand is what this pattern asks for. */
  public boolean accepts(Operand operand) {
    return switch (kind) {
      case REGISTER -> isRegister(operand);
      case REGISTER_OR_CONSTANT -> isRegister(operand) || operand instanceof Immediate constant && fits(constant);
      case VECTOR -> operand instanceof RegisterVector vector && vector.type() == type && vector.size() == count;
      case PAIR -> operand instanceof RegisterPair pair && isRegister(pair.value())
          && pair.predicate().type() == RegisterType.PRED;
      case PREDICATE_OR_NEGATION -> operand instanceof NotPredicate
          || operand instanceof Register register && register.type() == RegisterType.PRED;
      case CONSTANT -> operand instanceof Immediate constant && constant.kind() == Immediate.Kind.INTEGER
          && (values.isEmpty() || values.contains(constant.bits()));
      case CONSTANT_PAIR -> operand instanceof ImmediatePair(int first, int second)
          && (values.get(0) >> first & 1) == 1 && (values.get(1) >> second & 1) == 1;
      case GLOBAL_ADDRESS, CONSTANT_ADDRESS -> operand instanceof Address address
          && isRegister(address.base(), RegisterType.B64);
      case SHARED_ADDRESS -> operand instanceof Address address
          && (address.base() instanceof SharedVariable || isRegister(address.base(), RegisterType.B32));
      case PARAMETER_ADDRESS -> operand instanceof Address address && address.base() instanceof Parameter;
      case SPECIAL -> operand instanceof SpecialRegister;
      case TENSOR -> operand instanceof TensorPlace place && place.map().type() == RegisterType.B64
          && place.coordinates().type() == type && place.coordinates().size() == count;
      case SYMBOL -> operand instanceof SharedVariable;
      case PARAMETER -> operand instanceof ParameterPlace;
      case TABLE -> operand instanceof ConstantTable;
      case LABEL -> operand instanceof Label;
    };
  }

  private boolean isRegister(Operand operand) {
    return operand instanceof Register register && register.type() == type;
  }

  private static boolean isRegister(AddressBase base, RegisterType type) {
    return base instanceof Register register && register.type() == type;
  }

  /** Whether a constant can stand for a register of the type: floats for floats, integers that fit for the others. */
  private boolean fits(Immediate constant) {
    return switch (type) {
      case F32 -> constant.kind() == Immediate.Kind.F32;
      case F64 -> constant.kind() == Immediate.Kind.F64;
      case B64 -> constant.kind() == Immediate.Kind.INTEGER;
      case B32, B16, B8 -> constant.kind() == Immediate.Kind.INTEGER
          && constant.bits() >= -(1L << type.bits() - 1) && constant.bits() < 1L << type.bits();
      case PRED -> false;
    };
  }

  /** An output of this kind, made of fresh registers. */
  Operand fresh(Function<RegisterType, Register> registers) {
    return switch (kind) {
      case REGISTER -> registers.apply(type);
      case VECTOR -> RegisterVector.of(Stream.generate(() -> registers.apply(type)).limit(count).toList());
      case PAIR -> new RegisterPair(registers.apply(type), registers.apply(RegisterType.PRED));
      case REGISTER_OR_CONSTANT, PREDICATE_OR_NEGATION, CONSTANT, CONSTANT_PAIR, GLOBAL_ADDRESS, SHARED_ADDRESS,
          PARAMETER_ADDRESS, CONSTANT_ADDRESS, TENSOR, SPECIAL, SYMBOL, PARAMETER, TABLE, LABEL ->
          throw new IllegalStateException(text + " is no output");
    };
  }

  @Override
  public String toString() {
    return text;
  }
}
