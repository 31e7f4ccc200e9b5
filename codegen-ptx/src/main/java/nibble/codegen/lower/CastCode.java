package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.PtxType;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.codegen.ptx.RegisterVector;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.FloatFormat;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/** Instructions that change the format of elements. */
final class CastCode {
  private final Code code;

  CastCode(Code code) {
    this.code = code;
  }

  /** The elements in another format; those that are narrowed to 16 bits are so by twos. */
  ImmutableList<Operand> cast(
      ImmutableList<Operand> elements, NumberFormat from, NumberFormat to, FixedRounding rounding) {
    if (from.equals(Formats.TF32)) {
      // Each is an f32.
      return to.equals(Formats.TF32) ? elements : cast(elements, Formats.F32, to, rounding);
    }
    if (to.equals(Formats.TF32) && !from.equals(Formats.F32)) {
      return cast(cast(elements, from, Formats.F32, rounding), Formats.F32, to, rounding);
    }
    boolean codeToHalf = from.isInteger() && (to.equals(Formats.F16) || to.equals(Formats.BF16));
    if (codeToHalf || isCode(from) && !to.equals(Formats.F32) && !to.equals(from)) {
      return cast(cast(elements, from, Formats.F32, rounding), Formats.F32, to, rounding);
    }
    boolean halves = from.equals(Formats.F32) && (to.equals(Formats.F16) || to.equals(Formats.BF16));
    if (halves && elements.size() % 2 == 0 && rounding == FixedRounding.NEAREST_EVEN) {
      return narrowed(elements, to.equals(Formats.F16) ? PtxType.F16X2 : PtxType.BF16X2);
    }
    return elements.stream().map(element -> cast(element, from, to, rounding)).collect(ImmutableList.toImmutableList());
  }

  /**
   * Whether a format is for codes that stand for numbers: what {@link FloatCodes} has no arithmetic for is looked up.
   */
  private static boolean isCode(NumberFormat format) {
    return format.isFloat() && format.bits() <= Byte.SIZE;
  }

  private ImmutableList<Operand> narrowed(ImmutableList<Operand> elements, PtxType pair) {
    ImmutableList.Builder<Operand> halves = ImmutableList.builder();
    for (int i = 0; i < elements.size(); i += 2) {
      Register packed = code.ptx().packHalves(
          pair, code.register(elements.get(i), RegisterType.F32), code.register(elements.get(i + 1), RegisterType.F32));
      halves.addAll(unpack(packed).registers());
    }
    return halves.build();
  }

  /** The two halves of a register. */
  RegisterVector unpack(Register packed) {
    RegisterVector halves = code.ptx().freshVector(RegisterType.B16, 2);
    code.ptx().emit("mov.b32", halves, packed);
    return halves;
  }

  private Operand cast(Operand x, NumberFormat from, NumberFormat to, FixedRounding rounding) {
    if (from.equals(to)) {
      return x;
    }
    if (from.equals(Formats.BOOL)) {
      Operand one = to.equals(Formats.F32) ? imm(1f) : imm(1);
      Operand zero = to.equals(Formats.F32) ? imm(0f) : imm(0);
      return code.select(x, one, zero, ElementRegisters.of(to));
    }
    if (from.equals(Formats.F32)) {
      return fromReal(x, to, rounding);
    }
    if (to.equals(Formats.F32)) {
      return toReal(x, from);
    }
    if (from.isInteger() && to.isInteger()) {
      return integer(x, from, to);
    }
    throw new IllegalStateException("no instructions from " + from.name() + " to " + to.name());
  }

  private Operand toReal(Operand x, NumberFormat from) {
    if (x instanceof Immediate constant && from.isInteger()) {
      return imm((float) constant.bits());
    }
    if (from.equals(Formats.UE8M0)) {
      return new PowerCode(code.ptx()).decode(code.register(x, RegisterType.B32));
    }
    if (FloatCodes.has(from)) {
      return new FloatCodes(code.ptx(), (FloatFormat) from).decode(code.register(x, RegisterType.B32));
    }
    if (isCode(from)) {
      return new TableCodes(code.ptx(), from).decode(code.register(x, RegisterType.B32));
    }
    return switch (from.name()) {
      case "f16" -> code.ptx().op("cvt.f32.f16", x);
      // The bits of a bf16 are the upper half of an f32's.
      case "bf16" -> {
        Register wide = code.ptx().fresh(RegisterType.B32);
        Register zero = code.ptx().op("mov.b16", imm(0));
        code.ptx().emit("mov.b32", wide, RegisterVector.of(zero, (Register) x));
        yield code.ptx().floatOf(wide);
      }
      case "i64" -> code.ptx().op("cvt.rn.f32.s64", x);
      default -> code.ptx().op("cvt.rn.f32." + (from.min() < 0 ? "s32" : "u32"), code.register(x, RegisterType.B32));
    };
  }

  private Operand fromReal(Operand x, NumberFormat to, FixedRounding rounding) {
    Register value = code.register(x, RegisterType.F32);
    if (to.equals(Formats.UE8M0)) {
      return new PowerCode(code.ptx()).encode(value);
    }
    if (FloatCodes.has(to)) {
      FloatCodes codes = new FloatCodes(code.ptx(), (FloatFormat) to);
      return switch (rounding) {
        case NEAREST_EVEN -> codes.encode(value);
        case NEAREST_AWAY -> codes.encode(value, RoundingCode.HALF);
        case TOWARD_ZERO -> codes.encode(value, RoundingCode.NEVER);
      };
    }
    if (isCode(to)) {
      return new TableCodes(code.ptx(), to).encode(value, rounding);
    }
    return switch (to.name()) {
      case "f16", "bf16" -> code.ptx().op("cvt." + mode(rounding) + "." + to.name() + ".f32", value);
      case "tf32" -> new Tf32Code(code.ptx()).round(value, rounding);
      case "bool" -> code.ptx().op("setp.neu.f32", value, imm(0f));
      default -> {
        if (!to.isInteger() || to.bits() > Integer.SIZE) {
          throw new IllegalStateException("no instructions from f32 to " + to.name());
        }
        yield toInteger(value, to, rounding);
      }
    };
  }

  /** How {@code cvt} to 16 bits rounds. */
  private static String mode(FixedRounding rounding) {
    return switch (rounding) {
      case NEAREST_EVEN -> "rn";
      case TOWARD_ZERO -> "rz";
      case NEAREST_AWAY -> throw new IllegalStateException("no instruction rounds ties away from zero");
    };
  }

  /** A number as a code of integers or floats, its magnitude rounded up from that fraction of a gap on. */
  Operand byThreshold(Operand x, NumberFormat to, Operand threshold) {
    Register value = code.register(x, RegisterType.F32);
    if (FloatCodes.has(to)) {
      return new FloatCodes(code.ptx(), (FloatFormat) to).encode(value, threshold);
    }
    if (!to.isInteger()) {
      throw new IllegalStateException("nothing is rounded to " + to.name() + " by a threshold");
    }
    return toInteger(new RoundingCode(code.ptx()).roundSigned(value, threshold), to, FixedRounding.TOWARD_ZERO);
  }

  private Operand toInteger(Register value, NumberFormat to, FixedRounding rounding) {
    if (rounding == FixedRounding.NEAREST_AWAY) {
      return byThreshold(value, to, RoundingCode.HALF);
    }
    String mode = rounding == FixedRounding.NEAREST_EVEN ? "rni" : "rzi";
    Operand wide = code.ptx().op("cvt." + mode + ".s32.f32", value);
    return to.equals(Formats.I32) ? wide : saturated(wide, to);
  }

  private Operand saturated(Operand wide, NumberFormat to) {
    Operand low = code.binary("max.s32", wide, imm((long) to.min()));
    return code.binary("min.s32", low, imm((long) to.max()));
  }

  private Operand integer(Operand x, NumberFormat from, NumberFormat to) {
    if (to.equals(Formats.BOOL)) {
      return code.ptx().op("setp.ne.s32", code.register(x, RegisterType.B32), imm(0));
    }
    if (from.equals(Formats.I64)) {
      return code.ptx().op("cvt.sat.s32.s64", x);
    }
    if (to.equals(Formats.I64)) {
      return code.ptx().op("cvt.s64.s32", code.register(x, RegisterType.B32));
    }
    return to.bits() < from.bits() ? saturated(code.register(x, RegisterType.B32), to) : x;
  }
}
