package nibble.emulator.lower;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.emulator.code.Bank;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.report.Rejection;

/** {@code cvt} between single values: chooses the helper by the kinds and sizes of the two types. */
final class Conversions {
  private static final int SIGNED = 256;

  private Conversions() {}

  static void convert(Emission it) {
    PtxType to = PtxType.of(it.match().text("to")).orElseThrow();
    PtxType from = PtxType.of(it.match().text("from")).orElseThrow();
    boolean toFloat = to.kind() == PtxType.Kind.FLOAT;
    boolean fromFloat = from.kind() == PtxType.Kind.FLOAT;
    Optional<String> common = common(it, to, from);
    if (common.isPresent()) {
      it.step(common.get(), it.write(it.operand(0), to.bits()), it.read(it.operand(1), from.bits()));
    } else if (toFloat && fromFloat) {
      floats(it, to, from);
    } else if (toFloat) {
      integerToFloat(it, to, from);
    } else if (fromFloat) {
      floatToInteger(it, to, from);
    } else {
      integers(it, to, from);
    }
  }

  /** Conversions that are frequent enough to have helpers of their own, between registers of the types' sizes. */
  private static Optional<String> common(Emission it, PtxType to, PtxType from) {
    boolean exact = bits(it, it.operand(0), to) == to.bits() && bits(it, it.operand(1), from) == from.bits();
    boolean plain = !it.match().has("sat") && !it.match().has("ftz");
    if (!exact || !plain) {
      return Optional.empty();
    }
    String rounding = it.match().textIfAny("rounding");
    String whole = it.match().textIfAny("whole");
    return switch (to + " " + from) {
      case "U64 U32", "S64 U32" -> Optional.of("Moves.widen");
      case "S64 S32", "U64 S32" -> Optional.of("IntegerConversion.signExtend");
      case "U32 U64", "S32 U64", "U32 S64", "S32 S64" -> Optional.of("IntegerConversion.truncate");
      case "F32 S32" -> rounding.equals("rn") ? Optional.of("FloatConversion.fromSigned") : Optional.empty();
      case "S32 F32" ->
          switch (whole) {
            case "rzi" -> Optional.of("FloatConversion.toSigned");
            case "rni" -> Optional.of("FloatConversion.toSignedNearest");
            default -> Optional.empty();
          };
      case "F32 F16" -> Optional.of("FloatConversion.fromHalf");
      case "F16 F32" ->
          rounding.equals("rn") && !it.match().has("relu") && !it.match().has("satfinite")
              ? Optional.of("FloatConversion.toHalf")
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static int bits(Emission it, Operand operand, PtxType type) {
    return it.symbol(operand).orElse(null) instanceof Symbol.Register register
        ? register.register().type().bits()
        : type.bits();
  }

  // Sources may be wider than their type; so may integer destinations.

  private static Arg source(Emission it, PtxType type) {
    Operand operand = it.operand(1);
    return it.symbol(operand).orElse(null) instanceof Symbol.Register
        ? Arg.read(it.wideEnough(operand, type.bits()))
        : it.read(operand, type.bits());
  }

  private static boolean isWide(Emission it, Operand operand, PtxType type) {
    return bits(it, operand, type) == 64;
  }

  private static void integers(Emission it, PtxType to, PtxType from) {
    VirtualRegister target = it.wideEnough(it.operand(0), to.bits());
    boolean wideTarget = target.bank() == Bank.LONG;
    boolean wideSource = isWide(it, it.operand(1), from);
    String helper =
        "IntegerConversion." + (wideSource ? "wide" : "word") + "To" + (wideTarget ? "Wide" : "Word");
    Arg sat = Arg.number(it.match().has("sat") ? 1 : 0);
    if (wideTarget) {
      it.step(helper, Arg.write(target), source(it, from), code(from), code(to), sat);
    } else {
      it.step(helper, Arg.write(target), source(it, from), code(from), code(to), sat, keep(target));
    }
  }

  /** The bits of a register of up to 32. */
  private static Arg keep(VirtualRegister register) {
    int bits = register.type().bits();
    return Arg.number(bits == 32 ? -1 : (1 << bits) - 1);
  }

  private static Arg code(PtxType type) {
    return Arg.number(type.bits() + (type.isSigned() ? SIGNED : 0));
  }

  private static Arg format(PtxType type) {
    return Arg.number(FloatFormat.valueOf(type.name()).ordinal());
  }

  private static void floatToInteger(Emission it, PtxType to, PtxType from) {
    VirtualRegister target = it.wideEnough(it.operand(0), to.bits());
    if (target.bank() == Bank.LONG && to.bits() < 64) {
      throw new Rejection("'" + target + "' has 64 bits; here at most 32 are wanted");
    }
    Arg whole = Arg.number(it.match().number("whole"));
    Arg ftz = Arg.number(it.match().has("ftz") ? 1 : 0);
    boolean wideTarget = to.bits() == 64;
    Arg written = Arg.write(target);
    if (from == PtxType.F64) {
      String helper = wideTarget ? "NumberConversion.wideToWide" : "NumberConversion.wideToWord";
      it.step(helper, written, source(it, from), whole, code(to));
    } else {
      String helper = wideTarget ? "NumberConversion.wordToWide" : "NumberConversion.wordToWord";
      it.step(helper, written, source(it, from), format(from), whole, ftz, code(to));
    }
  }

  private static void integerToFloat(Emission it, PtxType to, PtxType from) {
    Arg rounding = rounding(it);
    Arg sat = Arg.number(it.match().has("sat") ? 1 : 0);
    Arg written = it.write(it.operand(0), to.bits());
    boolean wideSource = from.bits() == 64;
    if (!wideSource && isWide(it, it.operand(1), from)) {
      throw new Rejection("'" + it.operand(1) + "' has 64 bits; here at most 32 are wanted");
    }
    if (to == PtxType.F64) {
      if (wideSource) {
        it.step("NumberConversion.wideIntegerToWide", written, source(it, from), code(from), rounding);
      } else {
        it.step("NumberConversion.integerToWide", written, source(it, from), code(from));
      }
    } else {
      String helper = wideSource ? "NumberConversion.wideIntegerToWord" : "NumberConversion.integerToWord";
      it.step(helper, written, source(it, from), code(from), format(to), rounding, sat);
    }
  }

  private static void floats(Emission it, PtxType to, PtxType from) {
    Arg rounding = rounding(it);
    Arg whole = Arg.number(it.match().has("whole") ? it.match().number("whole") : 0);
    Arg control = Arg.number(control(it));
    Arg written = it.write(it.operand(0), to.bits());
    if (from == PtxType.F64) {
      if (to == PtxType.F64) {
        it.step("FloatConversion.wideToWide", written, source(it, from), whole, control);
      } else {
        it.step("FloatConversion.wideToWord", written, source(it, from), format(to), rounding, control);
      }
    } else if (to == PtxType.F64) {
      it.step("FloatConversion.wordToWide", written, source(it, from), format(from), control);
    } else {
      it.step(
          "FloatConversion.wordToWord",
          written, source(it, from), format(from), format(to), rounding, whole, control);
    }
  }

  /** The number of the rounding in {@link Rounding}, from one. */
  private static Arg rounding(Emission it) {
    return Arg.number(1 + List.of("rn", "rz", "rm", "rp", "rna").indexOf(it.match().textIfAny("rounding")));
  }

  private static int control(Emission it) {
    return (it.match().has("ftz") ? 1 : 0)
        | (it.match().has("sat") ? 2 : 0)
        | (it.match().has("relu") ? 4 : 0)
        | (it.match().has("satfinite") ? 8 : 0);
  }

  // Pairs

  /** {@code cvt d, a, b}: two singles to a pair of the form's format. */
  static void pack(Emission it) {
    int bits = Integer.parseInt(it.match().form().action().arguments().get(0));
    it.step(
        "FloatConversion.pack",
        it.write(it.operand(0), bits),
        it.read(it.operand(1), 32),
        it.read(it.operand(2), 32),
        pairFormat(it, "to"),
        rounding(it),
        Arg.number(control(it)));
  }

  /** {@code cvt d, a}: a pair of one format to a pair of another. */
  static void repack(Emission it) {
    int to = Integer.parseInt(it.match().form().action().arguments().get(0));
    int from = Integer.parseInt(it.match().form().action().arguments().get(1));
    it.step(
        "FloatConversion.repack",
        it.write(it.operand(0), to),
        it.read(it.operand(1), from),
        pairFormat(it, "from"),
        pairFormat(it, "to"),
        rounding(it),
        Arg.number(control(it)));
  }

  /** {@code cvt.rs d, a, b, random}: two singles to a pair, rounded with random bits. */
  static void stochasticPair(Emission it) {
    // Of the 16 bits that a single has, f16 takes as many as it loses.
    int count = it.match().text("to").equals("f16x2") ? 13 : 16;
    it.step(
        "NarrowConversion.stochasticPair",
        it.write(it.operand(0), 32),
        it.read(it.operand(1), 32),
        it.read(it.operand(2), 32),
        it.read(it.operand(3), 32),
        pairFormat(it, "to"),
        Arg.number(count),
        Arg.number(control(it)));
  }

  /** {@code cvt.rs d, {a, b, e, f}, random}: four singles to four elements. */
  static void stochasticFour(Emission it) {
    int bits = Integer.parseInt(it.match().form().action().arguments().get(0));
    it.step(
        "NarrowConversion.stochasticFour",
        it.write(it.operand(0), bits),
        Matrices.registers(it, it.operand(1), 32, false, 4),
        it.read(it.operand(2), 32),
        pairFormat(it, "to"),
        Arg.number(control(it)));
  }

  /** The element format of {@code e4m3x2} and the like. */
  private static Arg pairFormat(Emission it, String slot) {
    String text = it.match().text(slot);
    String element = text.substring(0, text.length() - 2).toUpperCase(Locale.ROOT);
    return Arg.number(FloatFormat.valueOf(element).ordinal());
  }
}
