package nibble.emulator.execute;

import java.util.Random;

/**
 * A random kernel without anything that lanes do together: arithmetic of all widths, predicates, guards, branches,
 * loops that lanes leave at different times, indexed branches, calls, early exits, loads and stores in memory of the
 * thread's own. What a thread computes depends on its number alone, whatever warp it is in.
 *
 * <p>Registers: {@code %r0} to {@code %r7}, {@code %d0} to {@code %d3}, {@code %f0} to {@code %f3}, {@code %p0} to
 * {@code %p2}.
 */
final class RandomProgram {
  /** Words of memory that a thread has. */
  static final int WORDS = 16;

  private static final String[] WORD = {
    "add.s32", "sub.s32", "mul.lo.s32", "mul.hi.u32", "and.b32", "or.b32", "xor.b32", "min.s32", "max.u32", "shl.b32",
    "shr.s32", "shr.u32", "div.u32", "rem.s32",
  };
  private static final String[] LONG = {
    "add.s64", "sub.s64", "mul.lo.s64", "mul.hi.s64", "and.b64", "xor.b64", "min.u64", "max.s64", "div.s64", "rem.u64",
  };
  private static final String[] FLOAT = {
    "add.f32", "sub.rn.ftz.f32", "mul.f32", "min.f32", "max.ftz.f32", "div.rn.f32",
  };
  private static final String[] COMPARISON = {"eq", "ne", "lt", "le", "gt", "ge"};

  private final Random random;
  private final StringBuilder text = new StringBuilder();
  private int labels;
  private int budget;

  private RandomProgram(long seed, int size) {
    random = new Random(seed);
    budget = size;
  }

  /** The kernel of a seed, with about as many statements as the size says. */
  static String generate(long seed, int size) {
    RandomProgram program = new RandomProgram(seed, size);
    program.kernel();
    return program.text.toString();
  }

  private void line(String format, Object... arguments) {
    text.append("  ").append(String.format(format, arguments)).append('\n');
  }

  private String one(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private String word() {
    return random.nextInt(5) == 0 ? Integer.toString(random.nextInt(-40, 40)) : register("r", 8);
  }

  private String register(String bank, int count) {
    return "%" + bank + random.nextInt(count);
  }

  private void kernel() {
    text.append(".version 8.0\n.target sm_80\n");
    for (int i = 0; i < 2; i++) {
      text.append(".func (.reg .b32 %r1) f").append(i).append("(.reg .b32 %r0)\n{\n");
      declare(2, 8);
      line("mov.b32 %%r1, %%r0;");
      initialise("r0");
      statements(3, false);
      line("ret;");
      text.append("}\n");
    }
    text.append(".visible .entry k(.param .u64 memory)\n{\n");
    declare(0, 8);
    line(".reg .b64 %%base, %%at; .reg .b32 %%t, %%index;");
    line("ld.param.u64 %%base, [memory];");
    line("mov.u32 %%t, %%tid.x; mov.u32 %%r0, %%ctaid.x; mov.u32 %%r1, %%ntid.x; mad.lo.u32 %%t, %%r0, %%r1, %%t;");
    line("mul.wide.u32 %%at, %%t, %d; add.u64 %%base, %%base, %%at;", 4 * WORDS);
    initialise("t");
    while (budget > 0) {
      statements(1 + random.nextInt(6), true);
    }
    for (int i = 0; i < 8; i++) {
      line("st.global.b32 [%%base+%d], %%r%d;", 4 * i, i);
    }
    for (int i = 0; i < 4; i++) {
      line("cvt.u32.u64 %%r0, %%d%d; st.global.b32 [%%base+%d], %%r0;", i, 32 + 4 * i);
      line("st.global.f32 [%%base+%d], %%f%d;", 48 + 4 * i, i);
    }
    line("ret;");
    text.append("}\n");
  }

  /** The formal registers of functions are declared in their heads. */
  private void declare(int from, int count) {
    for (int i = from; i < count; i++) {
      line(".reg .b32 %%r%d;", i);
    }
    line(".reg .b64 %%d<4>; .reg .f32 %%f<4>; .reg .pred %%p<3>, %%q;");
  }

  private void initialise(String from) {
    boolean isFunction = from.equals("r0");
    for (int i = isFunction ? 2 : 0; i < 8; i++) {
      line("mad.lo.s32 %%r%d, %%%s, %d, %d;", i, from, random.nextInt(-9, 10), random.nextInt(-99, 99));
    }
    for (int i = 0; i < 4; i++) {
      line("mul.wide.s32 %%d%d, %%r%d, %d;", i, i + 2, random.nextInt());
      line("cvt.rn.f32.s32 %%f%d, %%r%d;", i, i + 2);
    }
    for (int i = 0; i < 3; i++) {
      line("setp.lt.s32 %%p%d, %%r%d, %d;", i, 2 + i, random.nextInt(-50, 50));
    }
  }

  private void statements(int count, boolean isKernel) {
    for (int i = 0; i < count; i++) {
      budget--;
      statement(isKernel);
    }
  }

  private void statement(boolean isKernel) {
    int kind = random.nextInt(isKernel ? 24 : 15);
    switch (kind) {
      case 15, 16 -> branch();
      case 17, 18 -> loop();
      case 19 -> table();
      case 20 -> line("%scall (%s), f%d, (%s);", guard(), register("r", 8), random.nextInt(2), register("r", 8));
      case 21 -> load();
      case 22 -> line("%sst.global.b32 [%%base+%d], %s;", guard(), 4 * random.nextInt(WORDS), register("r", 8));
      case 23 -> leave();
      default -> line("%s%s", guard(), arithmetic(kind));
    }
  }

  private String guard() {
    return random.nextInt(4) == 0 ? "@" + one("", "!") + register("p", 3) + " " : "";
  }

  private String arithmetic(int kind) {
    return switch (kind) {
      case 0, 1, 2, 3 -> one(WORD) + " " + register("r", 8) + ", " + register("r", 8) + ", " + word() + ";";
      case 4, 5 -> one(LONG) + " " + register("d", 4) + ", " + register("d", 4) + ", " + register("d", 4) + ";";
      case 6, 7 -> one(FLOAT) + " " + register("f", 4) + ", " + register("f", 4) + ", " + register("f", 4) + ";";
      case 8 -> "fma.rn.f32 " + register("f", 4) + ", " + register("f", 4) + ", " + register("f", 4) + ", 0f3F000000;";
      case 9, 10 ->
          "setp." + one(COMPARISON) + one(".s32 ", ".u32 ") + register("p", 3) + ", " + word() + ", " + word() + ";";
      case 11 -> "setp." + one(COMPARISON) + "u.f32 " + register("p", 3) + "|_, " + register("f", 4) + ", 0f41200000;";
      case 12 -> "selp.b32 " + register("r", 8) + ", " + word() + ", " + word() + ", " + register("p", 3) + ";";
      case 13 ->
          random.nextBoolean()
              ? "cvt.rzi.s32.f32 " + register("r", 8) + ", " + register("f", 4) + ";"
              : "cvt.s64.s32 " + register("d", 4) + ", " + register("r", 8) + ";";
      default -> "xor.pred " + register("p", 3) + ", " + register("p", 3) + ", " + register("p", 3) + ";";
    };
  }

  private void branch() {
    int label = labels++;
    line("@%s%s bra ELSE%d;", one("", "!"), register("p", 3), label);
    statements(1 + random.nextInt(4), true);
    line("bra JOIN%d;", label);
    line("ELSE%d:", label);
    statements(random.nextInt(3), true);
    line("JOIN%d:", label);
  }

  /** At most eight rounds, fewer where a register says so, with a way out in the middle. */
  private void loop() {
    int label = labels++;
    line("{ .reg .b32 %%i, %%n;");
    line("and.b32 %%n, %s, 7; mov.u32 %%i, 0;", register("r", 8));
    line("LOOP%d:", label);
    statements(1 + random.nextInt(3), true);
    line("@%s bra OUT%d;", register("p", 3), label);
    statements(random.nextInt(3), true);
    line("add.u32 %%i, %%i, 1; setp.lt.u32 %%q, %%i, %%n; @%%q bra LOOP%d;", label);
    line("OUT%d: }", label);
  }

  private void table() {
    int label = labels++;
    line("and.b32 %%index, %s, 3;", register("r", 8));
    line("TABLE%d: .branchtargets A%d, B%d, END%d, A%d;", label, label, label, label, label);
    line("%sbrx.idx %%index, TABLE%d;", guard(), label);
    line("A%d:", label);
    statements(1 + random.nextInt(2), true);
    line("@%s bra END%d;", register("p", 3), label);
    line("B%d:", label);
    statements(1 + random.nextInt(2), true);
    line("END%d:", label);
  }

  private void load() {
    line("and.b32 %%index, %s, %d;", register("r", 8), WORDS - 1);
    line("mul.wide.u32 %%at, %%index, 4; add.u64 %%at, %%at, %%base;");
    line("%sld.%sglobal.b32 %s, [%%at];", guard(), one("", "volatile."), register("r", 8));
  }

  /** Few threads leave early. */
  private void leave() {
    line("setp.eq.s32 %%q, %s, %d; @%%q %s;", register("r", 8), random.nextInt(-3, 4), one("ret", "exit"));
  }
}
