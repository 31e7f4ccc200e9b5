package nibble.codegen.lower;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.target.ApproximateFunction;

/**
 * Runs straight code on f32 registers for one thread, each instruction as the PTX ISA says; an approximate one gives a
 * number as far from the exact result as it may be.
 */
final class ScalarMachine {
  /** Which way approximate instructions err. */
  enum Bias {
    DOWN,
    NONE,
    UP;

    /** The float farthest that way that is within the bound; the nearest one for {@code NONE}. */
    private float of(double exact, double bound) {
      if (Double.isNaN(exact) || Double.isInfinite(exact) || this == NONE || exact == 0) {
        return (float) exact;
      }
      double limit = exact + (this == UP ? bound : -bound);
      float candidate = (float) limit;
      if (Math.abs(candidate - exact) > bound) {
        candidate = this == UP ? Math.nextDown(candidate) : Math.nextUp(candidate);
      }
      return candidate;
    }
  }

  private final Bias bias;
  private final Map<Register, Float> floats = new HashMap<>();
  private final Map<Register, Boolean> predicates = new HashMap<>();

  private ScalarMachine(Bias bias) {
    this.bias = bias;
  }

  /** The value of {@code result} where {@code argument} is {@code x}. */
  static float run(Kernel kernel, Register argument, float x, Operand result, Bias bias) {
    ScalarMachine machine = new ScalarMachine(bias);
    machine.floats.put(argument, x);
    kernel.instructions().forEach(machine::execute);
    return machine.value(result);
  }

  private float value(Operand operand) {
    return switch (operand) {
      case Immediate constant when constant.kind() == Immediate.Kind.F32 -> Float.intBitsToFloat((int) constant.bits());
      case Register register -> floats.get(register);
      default -> throw new AssertionError(operand + " is no float");
    };
  }

  private void execute(Instruction instruction) {
    if (instruction.mnemonic().equals("ret")) {
      return;
    }
    Register result = (Register) instruction.outputs().getFirst();
    List<Operand> inputs = instruction.inputs();
    switch (instruction.mnemonic()) {
      case "setp.lt.f32" -> predicates.put(result, value(inputs.get(0)) < value(inputs.get(1)));
      case "selp.f32" ->
          floats.put(result, value(inputs.get(predicates.get((Register) inputs.get(2)) ? 0 : 1)));
      default -> floats.put(result, compute(instruction.mnemonic(), inputs));
    }
  }

  private float compute(String mnemonic, List<Operand> inputs) {
    float a = value(inputs.get(0));
    float b = inputs.size() > 1 ? value(inputs.get(1)) : 0;
    float c = inputs.size() > 2 ? value(inputs.get(2)) : 0;
    return switch (mnemonic) {
      case "mov.f32" -> a;
      case "add.rn.f32" -> a + b;
      case "sub.rn.f32" -> a - b;
      case "mul.rn.f32" -> a * b;
      case "fma.rn.f32" -> Math.fma(a, b, c);
      case "abs.f32" -> Math.abs(a);
      case "min.NaN.f32" -> Math.min(a, b);
      // The sign of the first on the second (PTX ISA 9.7.3.2).
      case "copysign.f32" -> Math.copySign(b, a);
      case "sqrt.rn.f32" -> (float) Math.sqrt(a);
      case "cvt.rni.f32.f32" -> (float) Math.rint(a);
      case "ex2.approx.ftz.f32" -> flushed(approximate(ApproximateFunction.EX2, Math.pow(2, flushed(a))));
      case "lg2.approx.f32" -> approximate(ApproximateFunction.LG2, Math.log(a) / Math.log(2));
      case "rcp.approx.ftz.f32" -> flushed(approximate(ApproximateFunction.RCP, 1.0 / flushed(a)));
      case "rsqrt.approx.ftz.f32" -> flushed(approximate(ApproximateFunction.RSQRT, 1 / Math.sqrt(flushed(a))));
      case "sin.approx.ftz.f32" -> approximate(ApproximateFunction.SIN, Math.sin(flushed(a)));
      case "cos.approx.ftz.f32" -> approximate(ApproximateFunction.COS, Math.cos(flushed(a)));
      default -> throw new AssertionError("this machine has no " + mnemonic);
    };
  }

  private float approximate(ApproximateFunction function, double exact) {
    return bias.of(exact, function.errorBound(exact));
  }

  private static float flushed(float value) {
    return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
  }
}
