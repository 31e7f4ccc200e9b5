package nibble.benchmark;

import java.util.Random;

/** PTX for the machine's benchmarks: modules of one kernel, {@code k}. */
final class PtxText {
  private static final int BODY = 64;
  private static final int REGISTERS = 12;

  /** The mix that is usual in kernels. */
  private static final String[] FORMS = {
    "add.s32 %%r%d, %%r%d, %%r%d;", "sub.s32 %%r%d, %%r%d, %%r%d;", "xor.b32 %%r%d, %%r%d, %%r%d;",
    "and.b32 %%r%d, %%r%d, %%r%d;", "mad.lo.s32 %%r%d, %%r%d, %%r%d, %%r%d;",
    "fma.rn.f32 %%f%d, %%f%d, %%f%d, %%f%d;", "fma.rn.f32 %%f%d, %%f%d, %%f%d, %%f%d;",
    "fma.rn.f32 %%f%d, %%f%d, %%f%d, %%f%d;", "shl.b32 %%r%d, %%r%d, 3;", "shr.s32 %%r%d, %%r%d, 1;",
    "setp.lt.s32 %%p%d, %%r%d, %%r%d;", "selp.b32 %%r%d, %%r%d, %%r%d, %%p0;", "mul.f32 %%f%d, %%f%d, %%f%d;",
    "add.f32 %%f%d, %%f%d, %%f%d;",
  };

  private PtxText() {}

  static String module(String target, String version, String parameters, String body) {
    return """
        .version %s
        .target %s
        .address_size 64
        .visible .entry k(%s)
        {
        %s
        }
        """.formatted(version, target, parameters, body);
  }

  /**
   * A loop over random arithmetic on a dozen registers.
   *
   * @param divergent whether every other lane leaves before the loop
   */
  static String arithmetic(long seed, boolean divergent) {
    Random random = new Random(seed);
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < BODY; i++) {
      body.append("  ").append(instruction(random)).append('\n');
    }
    return module("sm_80", "7.0", ".param .u64 out, .param .u32 n", """
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
        mov.u32 %%r15, %%tid.x;
        ld.param.u64 %%rd0, [out];
        mul.wide.u32 %%rd1, %%r15, 4;
        add.s64 %%rd0, %%rd0, %%rd1;
        add.s32 %%r0, %%r0, %%r11;
        st.global.b32 [%%rd0], %%r0;
        st.global.f32 [%%rd0], %%f3;
        ret;
        """.formatted(start(divergent), body));
  }

  private static String instruction(Random random) {
    String form = FORMS[random.nextInt(FORMS.length)];
    Object[] registers = new Object[form.split("%d", -1).length - 1];
    for (int i = 0; i < registers.length; i++) {
      registers[i] = random.nextInt(REGISTERS);
    }
    if (form.startsWith("setp")) {
      registers[0] = random.nextInt(2);
    }
    return String.format(form, registers);
  }

  private static String start(boolean divergent) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < REGISTERS; i++) {
      text.append("add.s32 %%r%d, %%r0, %d;\n".formatted(i, i));
    }
    for (int i = 0; i < REGISTERS; i++) {
      text.append("cvt.rn.f32.s32 %%f%d, %%r%d;\nmul.f32 %%f%d, %%f%d, 0f3a83126f;\n".formatted(i, i, i, i));
    }
    return text
        .append("and.b32 %r12, %r0, ").append(divergent ? 1 : 0).append(";\nsetp.ne.s32 %p3, %r12, 0;\n")
        .toString();
  }

  /** A loop of one instruction that reads or writes memory or meets other threads, sixteen times. */
  static String repeated(String instruction) {
    return module("sm_80", "7.0", ".param .u64 x", """
        .reg .b64 %%rd<8>; .reg .b32 %%r<8>; .reg .f32 %%f<8>; .reg .pred %%p;
        .shared .align 4 .b8 tile[4096];
        ld.param.u64 %%rd1, [x];
        mov.u32 %%r1, %%tid.x;
        shl.b32 %%r2, %%r1, 2;
        mov.u32 %%r3, tile;
        add.s32 %%r3, %%r3, %%r2;
        mul.wide.u32 %%rd2, %%r1, 16;
        add.s64 %%rd3, %%rd1, %%rd2;
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
        """.formatted((instruction + "\n").repeat(16)));
  }

  /**
   * A loop of eight independent matrix multiply-adds with operands from memory.
   *
   * @param form types and shape of the instruction
   * @param sums registers of an accumulator
   * @param type type of these registers
   */
  static String tensor(String target, String form, int sums, String type) {
    StringBuilder body = new StringBuilder(".reg .b32 %a<4>, %b<2>, %i; .reg .pred %p; .reg .b64 %rd<3>;\n");
    body.append(".reg .%s %%c<32>;\n".formatted(type));
    body.append("ld.param.u64 %rd1, [x];\nmov.u32 %i, %tid.x;\n");
    body.append("mul.wide.u32 %rd2, %i, 32;\nadd.s64 %rd1, %rd1, %rd2;\n");
    body.append("ld.global.v4.b32 {%a0, %a1, %a2, %a3}, [%rd1];\nld.global.v2.b32 {%b0, %b1}, [%rd1+16];\n");
    for (int i = 0; i < 32; i++) {
      body.append("mov.b32 %%c%d, 0;\n".formatted(i));
    }
    body.append("mov.u32 %i, 0;\nLOOP:\n");
    for (int i = 0; i < 8; i++) {
      String sum = list("%c", i * sums, sums);
      body.append(
          "mma.sync.aligned.%s %s, %s, %s, %s;\n".formatted(form, sum, list("%a", 0, 4), list("%b", 0, 2), sum));
    }
    body.append("add.s32 %i, %i, 1;\nsetp.lt.s32 %p, %i, 500;\n@%p bra LOOP;\nst.global.b32 [%rd1], %c0;\nret;\n");
    return module(target, target.equals("sm_80") ? "7.0" : "8.4", ".param .u64 x", body.toString());
  }

  private static String list(String prefix, int from, int count) {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ", ").append(prefix).append(from + i);
    }
    return text.append("}").toString();
  }
}
