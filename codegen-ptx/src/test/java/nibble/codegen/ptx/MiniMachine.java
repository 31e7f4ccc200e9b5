package nibble.codegen.ptx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs one thread of a kernel of a few 32-bit instructions: what it stores, in order, is what the kernel does. */
public final class MiniMachine {
  private static final int MAX_STEPS = 100_000;

  private final Map<Register, Integer> registers = new HashMap<>();
  private final List<String> stored = new ArrayList<>();
  private final int thread;

  private MiniMachine(int thread) {
    this.thread = thread;
  }

  /** What some thread stores: "offset <- value". */
  public static List<String> run(Kernel kernel) {
    return run(kernel, 1000);
  }

  /** What the thread whose {@code %tid.x} is given stores. */
  public static List<String> run(Kernel kernel, int thread) {
    return new MiniMachine(thread).execute(kernel);
  }

  private List<String> execute(Kernel kernel) {
    Map<Label, Integer> marks = new HashMap<>();
    for (int i = 0; i < kernel.body().size(); i++) {
      if (kernel.body().get(i) instanceof Statement.Mark(Label label)) {
        marks.put(label, i);
      }
    }
    int position = 0;
    for (int step = 0; step < MAX_STEPS; step++) {
      Statement statement = kernel.body().get(position++);
      if (statement instanceof Instruction instruction && isOn(instruction)) {
        switch (instruction.mnemonic()) {
          case "ret" -> {
            return stored;
          }
          case "bra" -> position = marks.get(instruction.inputs().getFirst());
          case "st.global.b32" -> stored.add(
              ((Address) instruction.inputs().getFirst()).offset() + " <- " + value(instruction.inputs().get(1)));
          default -> registers.put((Register) instruction.outputs().getFirst(), result(instruction));
        }
      }
    }
    throw new AssertionError("the kernel does not end");
  }

  private boolean isOn(Instruction instruction) {
    return instruction.guard().map(guard -> value(guard.predicate()) != 0 != guard.negated()).orElse(true);
  }

  private int result(Instruction instruction) {
    int[] x = instruction.inputs().stream().mapToInt(this::value).toArray();
    return switch (instruction.mnemonic()) {
      case "mov.b32", "mov.u32", "mov.pred" -> x[0];
      case "ld.param.u64", "cvta.to.global.u64" -> 0;
      case "add.s32" -> x[0] + x[1];
      case "sub.s32" -> x[0] - x[1];
      case "mul.lo.s32" -> x[0] * x[1];
      case "mad.lo.s32" -> x[0] * x[1] + x[2];
      case "div.u32" -> x[1] == 0 ? -1 : Integer.divideUnsigned(x[0], x[1]);
      case "rem.u32" -> x[1] == 0 ? x[0] : Integer.remainderUnsigned(x[0], x[1]);
      case "min.s32" -> Math.min(x[0], x[1]);
      case "max.u32" -> Integer.compareUnsigned(x[0], x[1]) > 0 ? x[0] : x[1];
      case "and.b32", "and.pred" -> x[0] & x[1];
      case "or.b32" -> x[0] | x[1];
      case "xor.b32" -> x[0] ^ x[1];
      case "not.b32" -> ~x[0];
      case "not.pred" -> 1 - x[0];
      case "shl.b32" -> Integer.compareUnsigned(x[1], 31) > 0 ? 0 : x[0] << x[1];
      case "shr.u32" -> Integer.compareUnsigned(x[1], 31) > 0 ? 0 : x[0] >>> x[1];
      case "shr.s32" -> x[0] >> (Integer.compareUnsigned(x[1], 31) > 0 ? 31 : x[1]);
      case "lop3.b32" -> lookUp(x);
      case "setp.lt.s32" -> x[0] < x[1] ? 1 : 0;
      case "setp.ge.s32" -> x[0] >= x[1] ? 1 : 0;
      case "setp.eq.s32" -> x[0] == x[1] ? 1 : 0;
      case "selp.b32" -> x[2] != 0 ? x[0] : x[1];
      default -> throw new AssertionError(instruction);
    };
  }

  private static int lookUp(int[] x) {
    int result = 0;
    for (int bit = 0; bit < 32; bit++) {
      int entry = (x[0] >> bit & 1) * 4 + (x[1] >> bit & 1) * 2 + (x[2] >> bit & 1);
      result |= (x[3] >> entry & 1) << bit;
    }
    return result;
  }

  private int value(Operand operand) {
    return switch (operand) {
      case Immediate constant -> (int) constant.bits();
      case Register register -> registers.getOrDefault(register, 0);
      case NotPredicate not -> 1 - registers.getOrDefault(not.predicate(), 0);
      case Address address -> address.offset();
      case SpecialRegister special -> thread + 17 * special.ordinal();
      default -> throw new AssertionError(operand);
    };
  }
}
