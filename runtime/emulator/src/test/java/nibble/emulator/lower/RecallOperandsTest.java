package nibble.emulator.lower;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import nibble.emulator.KernelRun;
import nibble.emulator.Machine;
import nibble.emulator.code.Helper;
import nibble.emulator.model.PtxType;
import org.junit.jupiter.api.Test;

/** Which multiplications are told, and that it changes no result: neither operand nor scratch memory is mistaken. */
class RecallOperandsTest {
  private static final int LANES = 32;
  private static final int WORDS = 16;
  private static final int SUMS = 8;

  // One block

  private final VirtualRegister[] registers = IntStream.range(0, WORDS)
      .mapToObj(i -> new VirtualRegister("%r" + i, PtxType.B32)).toArray(VirtualRegister[]::new);

  private Arg list(boolean writes, int... numbers) {
    return new Arg.Registers(IntStream.of(numbers)
        .mapToObj(i -> writes ? Arg.write(registers[i]) : Arg.read(registers[i])).toList());
  }

  private LoweredStep multiply(Optional<Guard> guard, int d, int a, int b) {
    return new LoweredStep(
        Helper.named("Matrices.multiply"),
        List.of(new Arg.Plan("plan"), list(true, d), list(false, a, a + 1), list(false, b), list(false, d),
            new Arg.Site()),
        guard, 0);
  }

  private LoweredStep change(int register) {
    return new LoweredStep(
        Helper.named("Moves.word"), List.of(Arg.write(registers[register]), Arg.read(registers[15])), Optional.empty(),
        0);
  }

  private static String told(LoweredStep... steps) {
    LoweredBlock block = new LoweredBlock();
    block.steps().addAll(List.of(steps));
    RecallOperands.recall(block);
    return block.steps().stream()
        .filter(step -> step.helper().toString().startsWith("Matrices"))
        .map(step -> step.arguments().size() == 6 ? "0" : "" + ((Arg.Number) step.arguments().get(6)).value())
        .collect(Collectors.joining(" "));
  }

  private LoweredStep multiply(int d, int a, int b) {
    return multiply(Optional.empty(), d, a, b);
  }

  @Test
  void operandsThatStayAreTold() {
    assertEquals("0 1 2 3", told(multiply(10, 0, 4), multiply(11, 0, 5), multiply(12, 2, 4), multiply(13, 2, 5)));
  }

  @Test
  void operandsThatChangeAreNot() {
    assertEquals("0 2", told(multiply(10, 0, 4), change(1), multiply(10, 0, 4)));
    assertEquals("0 1", told(multiply(10, 0, 4), change(4), multiply(10, 0, 4)));
    assertEquals("0 3", told(multiply(10, 0, 4), change(5), multiply(10, 0, 4)));
  }

  @Test
  void sumsThatAreOperandsChangeThem() {
    assertEquals("0 2 2", told(multiply(1, 0, 4), multiply(1, 0, 4), multiply(10, 0, 4)));
  }

  @Test
  void guardedOnesNeitherTellNorAreTold() {
    Optional<Guard> guard = Optional.of(new Guard(new VirtualRegister("%p", PtxType.PRED), false));
    assertEquals("0 0 0", told(multiply(guard, 10, 0, 4), multiply(10, 0, 4), multiply(guard, 11, 0, 4)));
    assertEquals("0 0 2", told(multiply(10, 0, 4), multiply(guard, 1, 0, 4), multiply(10, 0, 4)));
  }

  // Whole kernels

  private static final int[][] LEFTS = {{0, 1, 2, 3}, {4, 5, 6, 7}, {0, 1, 4, 5}};
  private static final int[][] RIGHTS = {{8, 9}, {10, 11}, {0, 1}};

  /** Sums of integers; the second are an operand as well. */
  private static final int[][] INTEGERS = {{12, 13, 14, 15}, {0, 1, 2, 3}};

  private static String names(String prefix, int... numbers) {
    return IntStream.of(numbers).mapToObj(i -> prefix + i).collect(Collectors.joining(", ", "{", "}"));
  }

  private static String statement(Random random) {
    String left = names("%r", LEFTS[random.nextInt(LEFTS.length)]);
    String right = names("%r", RIGHTS[random.nextInt(RIGHTS.length)]);
    int first = 4 * random.nextInt(SUMS / 4);
    String sums = names("%f", first, first + 1, first + 2, first + 3);
    String integers = names("%r", INTEGERS[random.nextInt(INTEGERS.length)]);
    String floats = "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 %s, %s, %s, %s;"
        .formatted(sums, left, right, sums);
    return switch (random.nextInt(8)) {
      case 0 -> "@%%p%d %s".formatted(random.nextInt(2), floats);
      case 1 -> "xor.b32 %%r%d, %%l, %%r%d;".formatted(random.nextInt(WORDS), random.nextInt(WORDS));
      case 2 -> "mov.b32 %%r%d, %%f%d;".formatted(random.nextInt(WORDS), random.nextInt(SUMS));
      case 3, 4 -> "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 %s, %s, %s, %s;"
          .formatted(integers, left, right, integers);
      default -> floats;
    };
  }

  /** Two warps, whose registers differ, run the statements as one basic block, or as many. */
  private static int[] run(List<String> statements, int[] values, String between) {
    StringBuilder body = new StringBuilder("""
        .reg .b32 %l, %t, %r<16>; .reg .f32 %f<8>; .reg .b64 %rd<4>; .reg .pred %p<2>;
        mov.u32 %l, %laneid;
        mov.u32 %t, %tid.x;
        setp.ne.u32 %p0, %t, 1000;
        setp.eq.u32 %p1, %t, 1000;
        ld.param.u64 %rd0, [values];
        mul.wide.u32 %rd1, %t, 4;
        add.u64 %rd0, %rd0, %rd1;
        """);
    int stride = 2 * LANES * Integer.BYTES;
    for (int i = 0; i < WORDS; i++) {
      body.append("ld.global.u32 %%r%d, [%%rd0+%d];%n".formatted(i, i * stride));
    }
    for (int i = 0; i < SUMS; i++) {
      body.append("mov.f32 %%f%d, 0f3f800000;%n".formatted(i));
    }
    statements.forEach(statement -> body.append(statement).append(between).append('\n'));
    body.append("ld.param.u64 %rd0, [out];\nadd.u64 %rd0, %rd0, %rd1;\n");
    for (int i = 0; i < WORDS; i++) {
      body.append("st.global.u32 [%%rd0+%d], %%r%d;%n".formatted(i * stride, i));
    }
    for (int i = 0; i < SUMS; i++) {
      body.append("st.global.f32 [%%rd0+%d], %%f%d;%n".formatted((WORDS + i) * stride, i));
    }
    return KernelRun.of(KernelRun.module("sm_80", "7.0", ".param .u64 values, .param .u64 out", body + "ret;"))
        .grid(1, 2 * LANES).machine(Machine.builder().workers(1))
        .ints("values", values).buffer("out", (WORDS + SUMS) * stride)
        .run().ints("out");
  }

  @Property(tries = 40)
  void resultsAreThoseOfBlocksOfOneInstruction(@ForAll long seed) {
    Random random = new Random(seed);
    List<String> statements = IntStream.range(0, 24).mapToObj(i -> statement(random)).toList();
    // Normal numbers in both halves.
    int[] values = random.ints(2 * LANES * WORDS).map(bits -> bits & 0x8fff8fff | 0x30003000).toArray();
    assertArrayEquals(
        run(statements, values, " bar.sync 0;"), run(statements, values, ""), () -> String.join("\n", statements));
  }
}
