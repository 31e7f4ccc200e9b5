package nibble.codegen.ptx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Runs the threads of a block in step through a kernel of a few 32-bit instructions: what they store to global memory,
 * in order, is what the kernel does. All threads must take the same branches.
 */
public final class MiniMachine {
  private static final int MAX_STEPS = 100_000;
  private static final int WARP = 32;

  private final int first;
  private final int threads;
  private final Map<Register, int[]> registers = new HashMap<>();
  private final int[] shared = new int[64 * 1024];
  private final List<List<String>> stored = new ArrayList<>();

  private MiniMachine(int first, int threads) {
    this.first = first;
    this.threads = threads;
    IntStream.range(0, threads).forEach(thread -> stored.add(new ArrayList<>()));
  }

  /** What some thread stores: "offset <- value". */
  public static List<String> run(Kernel kernel) {
    return run(kernel, 1000);
  }

  /** What the thread whose {@code %tid.x} is given stores. */
  public static List<String> run(Kernel kernel, int thread) {
    return new MiniMachine(thread, 1).execute(kernel).getFirst();
  }

  /** What each thread of a block stores. */
  public static List<List<String>> runBlock(Kernel kernel, int threads) {
    return new MiniMachine(0, threads).execute(kernel);
  }

  private List<List<String>> execute(Kernel kernel) {
    Map<Label, Integer> marks = new HashMap<>();
    for (int i = 0; i < kernel.body().size(); i++) {
      if (kernel.body().get(i) instanceof Statement.Mark(Label label)) {
        marks.put(label, i);
      }
    }
    int position = 0;
    for (int step = 0; step < MAX_STEPS; step++) {
      if (kernel.body().get(position++) instanceof Instruction instruction) {
        boolean[] on = on(instruction);
        switch (instruction.mnemonic()) {
          case "ret" -> {
            return stored;
          }
          case "bra" -> position = all(on) ? marks.get(instruction.inputs().getFirst()) : position;
          default -> {
            int[][] results = evaluate(instruction, on);
            List<Register> outputs = instruction.definitions();
            for (int i = 0; i < outputs.size(); i++) {
              int[] register = registers.computeIfAbsent(outputs.get(i), r -> new int[threads]);
              int[] result = results[i];
              IntStream.range(0, threads).filter(t -> on[t]).forEach(t -> register[t] = result[t]);
            }
          }
        }
      }
    }
    throw new AssertionError("the kernel does not end");
  }

  private boolean[] on(Instruction instruction) {
    boolean[] on = new boolean[threads];
    Arrays.fill(on, true);
    instruction.guard().ifPresent(guard -> {
      int[] predicate = value(guard.predicate());
      IntStream.range(0, threads).forEach(t -> on[t] = predicate[t] != 0 != guard.negated());
    });
    return on;
  }

  private static boolean all(boolean[] on) {
    for (boolean thread : on) {
      if (thread != on[0]) {
        throw new AssertionError("threads part at a branch");
      }
    }
    return on[0];
  }

  /** The values of each output register. */
  private int[][] evaluate(Instruction instruction, boolean[] on) {
    List<Operand> inputs = instruction.inputs();
    String mnemonic = instruction.mnemonic();
    if (mnemonic.equals("bar.sync")) {
      return new int[0][];
    }
    if (mnemonic.startsWith("st.") || mnemonic.startsWith("ld.shared")) {
      return access(instruction, on);
    }
    int[][] x = inputs.stream().map(this::value).toArray(int[][]::new);
    if (mnemonic.equals("shfl.sync.idx.b32")) {
      return new int[][] {each(t -> x[0][t / WARP * WARP + (x[1][t] & WARP - 1)])};
    }
    return new int[][] {each(t -> result(instruction, Arrays.stream(x).mapToInt(values -> values[t]).toArray()))};
  }

  private int[][] access(Instruction instruction, boolean[] on) {
    Address address = (Address) instruction.inputs().getFirst();
    boolean isStore = instruction.mnemonic().startsWith("st.");
    List<Register> data = isStore ? Registers.of(instruction.inputs().subList(1, 2)) : instruction.definitions();
    int[] base = value((Register) address.base());
    int[][] loaded = new int[isStore ? 0 : data.size()][threads];
    for (int i = 0; i < data.size(); i++) {
      for (int t = 0; t < threads; t++) {
        int at = base[t] + address.offset() + 4 * i;
        if (instruction.mnemonic().startsWith("st.global")) {
          if (on[t]) {
            stored.get(t).add(address.offset() + 4 * i + " <- " + value(data.get(i))[t]);
          }
        } else if ((base[t] + address.offset()) % (4 * data.size()) != 0) {
          throw new AssertionError("unaligned: " + instruction);
        } else if (isStore && on[t]) {
          shared[at / 4] = value(data.get(i))[t];
        } else if (!isStore) {
          loaded[i][t] = shared[at / 4];
        }
      }
    }
    return loaded;
  }

  private static int result(Instruction instruction, int[] x) {
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
      case "setp.ne.s32" -> x[0] != x[1] ? 1 : 0;
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

  private int[] value(Operand operand) {
    return switch (operand) {
      case Immediate constant -> each(t -> (int) constant.bits());
      case Register register -> registers.getOrDefault(register, new int[threads]);
      case NotPredicate not -> each(t -> 1 - value(not.predicate())[t]);
      case Address address -> each(t -> address.offset());
      case SpecialRegister special -> each(t -> first + t + 17 * special.ordinal());
      default -> throw new AssertionError(operand);
    };
  }

  private int[] each(IntUnaryOperator value) {
    return IntStream.range(0, threads).map(value).toArray();
  }
}
