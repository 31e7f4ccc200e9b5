package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.emulator.code.Bank;
import nibble.emulator.code.Helper;
import nibble.emulator.code.SpecialRegister;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.Statement;
import nibble.emulator.report.Rejection;
import nibble.emulator.table.Match;

/**
 * One instruction while it is lowered: turns its operands into helpers' operands, checking their kinds, and takes the
 * steps.
 *
 * <p>Where an instruction becomes several steps, all but the last write temporaries only. So no step sees a register
 * that an earlier one of the same instruction has changed, its guard included.
 */
final class Emission {
  private final FunctionLowering function;
  private final Names names;
  private final Statement.Instruction instruction;
  private final Match match;
  private final Optional<Guard> guard;
  private final int site;

  Emission(
      FunctionLowering function, Names names, Statement.Instruction instruction, Match match, Optional<Guard> guard,
      int site) {
    this.function = function;
    this.names = names;
    this.instruction = instruction;
    this.match = match;
    this.guard = guard;
    this.site = site;
  }

  Match match() {
    return match;
  }

  FunctionLowering function() {
    return function;
  }

  Names names() {
    return names;
  }

  Optional<Guard> guard() {
    return guard;
  }

  int site() {
    return site;
  }

  /** The instruction without its guard, in a block of its own that lanes without the guard skip. */
  Emission unguarded(LoweredBlock next) {
    LoweredBlock inner = new LoweredBlock();
    function.end(new End.Branch(guard.orElseThrow(), inner, next), inner);
    return new Emission(function, names, instruction, match, Optional.empty(), site);
  }

  /** How many operands are written. */
  int count() {
    return instruction.operands().size();
  }

  Operand operand(int index) {
    return instruction.operands().get(index);
  }

  List<Operand> operands() {
    return instruction.operands();
  }

  // Steps

  /** Adds a call of a helper. */
  void step(String helper, Arg... arguments) {
    step(helper, List.of(arguments));
  }

  /** Adds a call of a helper. */
  void step(String helper, List<Arg> arguments) {
    function.add(new LoweredStep(Helper.named(helper), arguments, guard, site));
  }

  VirtualRegister temporary(PtxType type) {
    return VirtualRegister.temporary(type);
  }

  // Registers and constants

  /** A source of exactly so many bits: register, constant or special register. */
  Arg read(Operand operand, int bits) {
    return switch (operand) {
      case Operand.Name name -> readName(name, bits);
      case Operand.IntegerConstant constant -> constant(constant.value(), bits);
      case Operand.FloatConstant constant -> constant(pattern(constant, bits), bits);
      case Operand.Group group when group.elements().size() == 1 -> read(group.elements().get(0), bits);
      default -> throw new Rejection("'" + operand + "' is no " + bits + "-bit operand");
    };
  }

  private Arg readName(Operand.Name name, int bits) {
    SpecialRegister special = SpecialRegister.named(name.text());
    if (special != null) {
      int width = special.bank() == Bank.LONG ? 64 : 32;
      if (width != bits && !(width == 32 && bits == 16)) {
        throw wrongSize(name, width, bits);
      }
      return new Arg.Special(special);
    }
    if (name.text().equals("WARP_SZ")) {
      return constant(32, bits);
    }
    return Arg.read(register(name, bits));
  }

  /** A constant in a register of so many bits. */
  static Arg constant(long value, int bits) {
    return switch (bits) {
      case 64 -> new Arg.LongConstant(value);
      case 32 -> new Arg.WordConstant((int) value);
      default -> new Arg.WordConstant((int) (value & (1L << bits) - 1));
    };
  }

  private static long pattern(Operand.FloatConstant constant, int bits) {
    if (constant.bits() == bits) {
      return constant.pattern();
    }
    return bits == 64
        ? Double.doubleToRawLongBits(constant.value())
        : Float.floatToRawIntBits((float) constant.value());
  }

  /** A destination of exactly so many bits; {@code _} is one, too. */
  Arg write(Operand operand, int bits) {
    if (operand instanceof Operand.Name name) {
      return Arg.write(name.isSink() ? temporary(typeOf(bits)) : register(name, bits));
    }
    throw new Rejection("'" + operand + "' cannot be written");
  }

  /** The type of a register of so many bits. */
  static PtxType typeOf(int bits) {
    return switch (bits) {
      case 8 -> PtxType.B8;
      case 16 -> PtxType.B16;
      case 32 -> PtxType.B32;
      case 64 -> PtxType.B64;
      default -> throw new IllegalArgumentException("no register has " + bits + " bits");
    };
  }

  /** A register that is both read and written. */
  Arg update(Operand operand, int bits) {
    return new Arg.Register(register(operand, bits), true, true);
  }

  /** The register that an operand names, which has exactly so many bits. */
  VirtualRegister register(Operand operand, int bits) {
    VirtualRegister register = register(operand);
    if (register.type() == PtxType.PRED || register.type().bits() != bits) {
      throw wrongSize(operand, register.type().bits(), bits);
    }
    return register;
  }

  private static Rejection wrongSize(Operand operand, int found, int wanted) {
    return new Rejection("'" + operand + "' has " + found + " bits; here " + wanted + " are wanted");
  }

  /** The register that an operand names. */
  VirtualRegister register(Operand operand) {
    if (!(operand instanceof Operand.Name name)) {
      throw new Rejection("'" + operand + "' is not a register");
    }
    if (names.get(name.text()) instanceof Symbol.Register register) {
      return register.register();
    }
    throw new Rejection("'" + operand + "' is not a register");
  }

  /** What a name stands for, if the operand is one that is declared. */
  Optional<Symbol> symbol(Operand operand) {
    return operand instanceof Operand.Name name ? names.find(name.text()) : Optional.empty();
  }

  /** A source of at least so many bits, for loads, stores and conversions, which take wider registers. */
  VirtualRegister wideEnough(Operand operand, int bits) {
    VirtualRegister register = register(operand);
    if (register.type() == PtxType.PRED || register.type().bits() < bits) {
      throw wrongSize(operand, register.type().bits(), bits);
    }
    return register;
  }

  // Predicates

  Arg readPredicate(Operand operand) {
    return switch (operand) {
      case Operand.Not not -> {
        VirtualRegister inverse = temporary(PtxType.PRED);
        step("Predicates.not", Arg.write(inverse), Arg.read(predicate(not.operand())));
        yield Arg.read(inverse);
      }
      case Operand.IntegerConstant constant -> new Arg.Truth(constant.value() != 0);
      default -> Arg.read(predicate(operand));
    };
  }

  Arg writePredicate(Operand operand) {
    return operand instanceof Operand.Name name && name.isSink()
        ? Arg.write(temporary(PtxType.PRED))
        : Arg.write(predicate(operand));
  }

  private VirtualRegister predicate(Operand operand) {
    VirtualRegister register = register(operand);
    if (register.type() != PtxType.PRED) {
      throw new Rejection("'" + operand + "' is not a predicate");
    }
    return register;
  }

  // Vectors, numbers, addresses

  /** The elements of a vector in braces, of a vector register, or the operand alone. */
  List<Operand> elements(Operand operand) {
    if (operand instanceof Operand.Vector vector) {
      return vector.elements();
    }
    if (symbol(operand).orElse(null) instanceof Symbol.Elements elements) {
      List<Operand> selected = new ArrayList<>();
      for (int i = 0; i < elements.registers().size(); i++) {
        selected.add(new Operand.Name(operand + "." + "xyzw".charAt(i)));
      }
      return selected;
    }
    return List.of(operand);
  }

  /** A constant that the helper takes as a number. */
  int number(Operand operand) {
    if (operand instanceof Operand.IntegerConstant constant && constant.value() == (int) constant.value()) {
      return (int) constant.value();
    }
    throw new Rejection("'" + operand + "' must be an integer constant here");
  }

  /**
   * An address.
   *
   * @param base register that holds it, of 32 bits where {@code isNarrow}
   * @param symbol the variable that it names, if it does
   */
  record Address(Arg base, int displacement, boolean isNarrow, Optional<MemorySymbol> symbol) {}

  /** The address in brackets. */
  Address address(Operand operand) {
    if (!(operand instanceof Operand.Address address)) {
      throw new Rejection("'" + operand + "' is not an address in brackets");
    }
    if (address.offset() != (int) address.offset()) {
      throw new Rejection("the offset " + address.offset() + " is too large");
    }
    int displacement = (int) address.offset();
    if (address.base() instanceof Operand.IntegerConstant constant) {
      return new Address(new Arg.LongConstant(constant.value()), displacement, false, Optional.empty());
    }
    Operand.Name name = (Operand.Name) address.base();
    Symbol symbol = names.get(name.text());
    if (symbol instanceof MemorySymbol memory) {
      function.mention(memory);
      return new Address(new Arg.SymbolAddress(memory, 0, Bank.LONG), displacement, false, Optional.of(memory));
    }
    VirtualRegister register = register(name);
    boolean isNarrow = register.bank() == Bank.WORD;
    if (register.type().bits() < 32) {
      throw wrongSize(name, register.type().bits(), 64);
    }
    return new Address(Arg.read(register), displacement, isNarrow, Optional.empty());
  }

  /** An address in a register of 64 bits. */
  Address wideAddress(Operand operand) {
    Address address = address(operand);
    if (!address.isNarrow()) {
      return address;
    }
    VirtualRegister wide = temporary(PtxType.B64);
    step("Moves.widen", Arg.write(wide), address.base());
    return new Address(Arg.read(wide), address.displacement(), false, Optional.empty());
  }
}
