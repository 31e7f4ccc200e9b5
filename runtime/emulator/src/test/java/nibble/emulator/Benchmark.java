package nibble.emulator;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * How quick the machine is, in one process: run its {@code main}. Figures are of one worker unless said; they depend on the
 * machine that this runs on, so nothing is asserted.
 */
public final class Benchmark {
  private static final int BODY = 64;

  private Benchmark() {}

  public static void main(String[] arguments) {
    List<String> wanted = List.of(arguments);
    if (wanted.isEmpty() || wanted.contains("alu")) {
      threads("ALU, interpreted", Tier.INTERPRETED, 1, 0);
      threads("ALU, compiled", Tier.COMPILED, 1, 0);
      threads("ALU, compiled, 2 workers", Tier.COMPILED, 2, 0);
      threads("ALU, compiled, half of the lanes idle", Tier.COMPILED, 1, 1);
    }
    if (wanted.isEmpty() || wanted.contains("warm")) {
      newKernel();
    }
    if (wanted.isEmpty() || wanted.contains("memory")) {
      memory();
    }
    if (wanted.isEmpty() || wanted.contains("mma")) {
      for (String target : List.of("sm_80", "sm_90")) {
        mma(target, "m16n8k16.row.col.f32.f16.f16.f32", 4, 2, 4, "f32");
        mma(target, "m16n8k16.row.col.f32.bf16.bf16.f32", 4, 2, 4, "f32");
      }
      mma("sm_89", "m16n8k32.row.col.f32.e4m3.e4m3.f32", 4, 2, 4, "f32");
      mma("sm_80", "m16n8k32.row.col.s32.s8.s8.s32", 4, 2, 4, "b32");
      mma("sm_80", "m16n8k16.row.col.f16.f16.f16.f16", 4, 2, 2, "b32");
    }
  }

  private static void print(String what, double rate, String unit) {
    System.out.printf(Locale.ROOT, "%-55s %8.2f %s%n", what, rate, unit);
  }

  /** A loop over random arithmetic on a dozen registers, of the mix that is usual in kernels. */
  private static String alu(long seed, int divergent) {
    String[] forms = {
      "add.s32 %%r%d, %%r%d, %%r%d;", "sub.s32 %%r%d, %%r%d, %%r%d;", "xor.b32 %%r%d, %%r%d, %%r%d;",
      "and.b32 %%r%d, %%r%d, %%r%d;", "mad.lo.s32 %%r%d, %%r%d, %%r%d, %%r%d;",
      "fma.rn.f32 %%f%d, %%f%d, %%f%d, %%f%d;", "fma.rn.f32 %%f%d, %%f%d, %%f%d, %%f%d;",
      "fma.rn.f32 %%f%d, %%f%d, %%f%d, %%f%d;", "shl.b32 %%r%d, %%r%d, 3;", "shr.s32 %%r%d, %%r%d, 1;",
      "setp.lt.s32 %%p%d, %%r%d, %%r%d;", "selp.b32 %%r%d, %%r%d, %%r%d, %%p0;", "mul.f32 %%f%d, %%f%d, %%f%d;",
      "add.f32 %%f%d, %%f%d, %%f%d;",
    };
    Random random = new Random(seed);
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < BODY; i++) {
      String form = forms[random.nextInt(forms.length)];
      int operands = form.split("%d", -1).length - 1;
      Object[] registers = new Object[operands];
      for (int j = 0; j < operands; j++) {
        registers[j] = random.nextInt(12);
      }
      if (form.startsWith("setp")) {
        registers[0] = random.nextInt(2);
      }
      body.append("  ").append(String.format(form, registers)).append('\n');
    }
    return KernelRun.module("sm_80", "7.0", ".param .u64 out, .param .u32 n", """
        .reg .b32 %%r<16>; .reg .f32 %%f<16>; .reg .pred %%p<4>; .reg .b64 %%rd<4>; .reg .b32 %%i, %%n;
        ld.param.u32 %%n, [n];
        mov.u32 %%r0, %%tid.x;
        %s
        mov.u32 %%i, 0;
        @%%p3 bra END;
        LOOP:
        %s
        add.s32 %%i, %%i, 1;
        setp.lt.s32 %%p2, %%i, %%n;
        @%%p2 bra LOOP;
        END:
        %s
        ld.param.u64 %%rd0, [out];
        mul.wide.u32 %%rd1, %%r15, 4;
        add.s64 %%rd0, %%rd0, %%rd1;
        add.s32 %%r0, %%r0, %%r11;
        st.global.b32 [%%rd0], %%r0;
        st.global.f32 [%%rd0], %%f3;
        ret;
        """.formatted(start(divergent), body, "mov.u32 %r15, %tid.x;"));
  }

  private static String start(int divergent) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < 12; i++) {
      text.append("add.s32 %%r%d, %%r0, %d;\n".formatted(i, i));
    }
    for (int i = 0; i < 12; i++) {
      text.append("cvt.rn.f32.s32 %%f%d, %%r%d;\nmul.f32 %%f%d, %%f%d, 0f3a83126f;\n".formatted(i, i, i, i));
    }
    text.append("and.b32 %r12, %r0, ").append(divergent).append(";\nsetp.ne.s32 %p3, %r12, 0;\n");
    return text.toString();
  }

  private static void threads(String what, Tier tier, int workers, int divergent) {
    try (Machine machine = Machine.builder().workers(workers).tier(tier).build()) {
      Allocation out = machine.memory().allocate(4096, "out");
      PtxKernel kernel = machine.load(alu(1, divergent), "alu.ptx").kernels().get(0);
      double best = 0;
      for (int i = 0; i < 25; i++) {
        LaunchResult result =
            machine.launch(kernel, LaunchConfig.of(workers * 4, 256), Argument.of(out), Argument.of(1000));
        best = Math.max(best, result.threadInstructions() / result.seconds() / 1e9);
      }
      print(what, best, "G thread instructions/s");
    }
  }

  /** What a kernel that nobody has run before reaches within its first 100 ms, with the helpers warm. */
  private static void newKernel() {
    try (Machine machine = Machine.builder().workers(1).build()) {
      Allocation out = machine.memory().allocate(4096, "out");
      double[] rates = new double[9];
      for (int i = 0; i < rates.length; i++) {
        PtxKernel kernel = machine.load(alu(100 + i, 0), "alu.ptx").kernels().get(0);
        long start = System.nanoTime();
        long instructions = 0;
        while (System.nanoTime() - start < 100_000_000) {
          instructions +=
              machine.launch(kernel, LaunchConfig.of(1, 256), Argument.of(out), Argument.of(100)).threadInstructions();
        }
        rates[i] = instructions / ((System.nanoTime() - start) / 1e9) / 1e9;
      }
      Arrays.sort(rates, 1, rates.length);
      print("ALU, a new kernel's first 100 ms (median)", rates[rates.length / 2], "G thread instructions/s");
    }
  }

  private static void memory() {
    String body = """
        .reg .b64 %%rd<8>; .reg .b32 %%r<8>; .reg .f32 %%f<8>; .reg .pred %%p;
        .shared .align 4 .b8 tile[4096];
        ld.param.u64 %%rd1, [x];
        mov.u32 %%r1, %%tid.x;
        shl.b32 %%r2, %%r1, 2;
        mov.u32 %%r3, tile;
        add.s32 %%r3, %%r3, %%r2;
        mul.wide.u32 %%rd2, %%r1, 4;
        add.s64 %%rd1, %%rd1, %%rd2;
        mov.f32 %%f1, 0f00000000;
        st.shared.f32 [%%r3], %%f1;
        mov.u32 %%r4, 0;
        LOOP:
        %s
        add.s32 %%r4, %%r4, 1;
        setp.lt.s32 %%p, %%r4, 1000;
        @%%p bra LOOP;
        st.global.f32 [%%rd1], %%f1;
        ret;
        """;
    memory("global loads", body.formatted("ld.global.f32 %f1, [%rd1];\n".repeat(16)));
    memory("global loads of 16 bytes", body.replace("mul.wide.u32 %%rd2, %%r1, 4", "mul.wide.u32 %%rd2, %%r1, 16")
        .formatted("ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];\n".repeat(16)));
    memory("shared loads", body.formatted("ld.shared.f32 %f1, [%r3];\n".repeat(16)));
    memory("shared stores", body.formatted("st.shared.f32 [%r3], %f1;\n".repeat(16)));
    memory("barriers", body.formatted("bar.sync 0;\n".repeat(16)));
    memory("shuffles", body.formatted("shfl.sync.bfly.b32 %r5, %r4, 16, 31, -1;\n".repeat(16)));
  }

  private static void memory(String what, String body) {
    try (Machine machine = Machine.builder().workers(1).build()) {
      Allocation x = machine.memory().allocate(16384, "x");
      String text = KernelRun.module("sm_80", "7.0", ".param .u64 x", body);
      PtxKernel kernel = machine.load(text, "memory.ptx").kernels().get(0);
      double best = Double.MAX_VALUE;
      for (int i = 0; i < 15; i++) {
        LaunchResult result = machine.launch(kernel, LaunchConfig.of(1, 256), Argument.of(x));
        best = Math.min(best, result.seconds() / (8 * 16000) * 1e9);
      }
      print(what, best, "ns for a warp, loop included");
    }
  }

  private static void mma(String target, String form, int a, int b, int c, String type) {
    StringBuilder body = new StringBuilder(".reg .b32 %a<4>, %b<2>, %i; .reg .pred %p; .reg .b64 %rd<3>;\n");
    body.append(".reg .%s %%c<32>;\n".formatted(type));
    body.append("ld.param.u64 %rd1, [x];\nmov.u32 %i, %tid.x;\nmul.wide.u32 %rd2, %i, 32;\nadd.s64 %rd1, %rd1, %rd2;\n");
    body.append("ld.global.v4.b32 {%a0, %a1, %a2, %a3}, [%rd1];\nld.global.v2.b32 {%b0, %b1}, [%rd1+16];\n");
    for (int i = 0; i < 32; i++) {
      body.append("mov.b32 %%c%d, 0;\n".formatted(i));
    }
    body.append("mov.u32 %i, 0;\nLOOP:\n");
    for (int i = 0; i < 8; i++) {
      String sum = list("%c", i * c, c);
      body.append("mma.sync.aligned.%s %s, %s, %s, %s;\n".formatted(form, sum, list("%a", 0, a), list("%b", 0, b), sum));
    }
    body.append("add.s32 %i, %i, 1;\nsetp.lt.s32 %p, %i, 500;\n@%p bra LOOP;\n");
    body.append("st.global.b32 [%rd1], %c0;\nret;\n");
    String version = target.equals("sm_80") ? "7.0" : "8.4";
    String text = KernelRun.module(target, version, ".param .u64 x", body.toString());
    try (Machine machine = Machine.builder().workers(1).build()) {
      Random random = new Random(7);
      byte[] contents = new byte[32 * 32];
      for (int i = 0; i < contents.length; i += 2) {
        // As bytes small integers, as f16 and bf16 numbers of about one: nothing that is infinite or NaN.
        short half = (short) (Float.floatToFloat16(random.nextFloat() - 0.5f) & ~0x0080);
        contents[i] = (byte) half;
        contents[i + 1] = (byte) (half >> 8 & 0xbf);
      }
      Allocation x = machine.memory().allocate(contents, "x");
      PtxKernel kernel = machine.load(text, "mma.ptx").kernels().get(0);
      double best = 0;
      for (int i = 0; i < 30; i++) {
        x.write(contents);
        LaunchResult result = machine.launch(kernel, LaunchConfig.of(1, 32), Argument.of(x));
        best = Math.max(best, result.tensorOperations() / result.seconds() / 1e6);
      }
      print(target + " mma." + form, best, "M mma/s");
    }
  }

  private static String list(String prefix, int from, int count) {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ", ").append(prefix).append(from + i);
    }
    return text.append("}").toString();
  }
}
