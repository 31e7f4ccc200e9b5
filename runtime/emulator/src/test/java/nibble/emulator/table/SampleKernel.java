package nibble.emulator.table;

import java.util.List;

/** A kernel that executes samples on registers and memory full of bits, and sums up what they give. */
final class SampleKernel {
  private static final String HEAD =
      """
      .version %s
      .target %s
      .address_size 64
      .const .align 16 .b8 table[64];
      .visible .entry k(.param .align 16 .b8 n[64], .param .u64 memory, .param .u64 out)
      {
      .reg .b16 %%h<8>; .reg .b32 %%r<64>, %%acc, %%lane, %%meta; .reg .b64 %%rd<40>, %%g, %%s, %%out, %%policy;
      .reg .pred %%p<8>; %s
      .shared .align 256 .b8 tile[16384]; .local .align 16 .b8 depot[64]; .param .align 16 .b8 argument[64];
      ld.param.u64 %%g, [memory];
      ld.param.u64 %%out, [out];
      mov.u32 %%lane, %%tid.x;
      mov.u64 %%s, tile;
      cvta.shared.u64 %%s, %%s;
      mov.u32 %%acc, 0;
      mov.u64 %%policy, 0;
      mov.u32 %%meta, 0x44444444;
      """;

  private SampleKernel() {}

  /** Registers of a bank: 16, 32, 64 and 128 bits, and predicates. */
  static int registers(String bank) {
    return switch (bank) {
      case "r" -> 64;
      case "rd" -> 40;
      case "x" -> 2;
      default -> 8;
    };
  }

  /** The module's text; without the sum each sample stands alone on its line, for an assembler to complain about. */
  static String write(SamplePlace place, List<FormSampler.Sample> samples, boolean sums) {
    boolean isLong = samples.stream().anyMatch(it -> it.toString().contains("%x"));
    StringBuilder text = new StringBuilder();
    text.append(HEAD.formatted(place.version(), place.target(), isLong ? ".reg .b128 %x<2>;" : ""));
    for (int i = 0; i < registers("r"); i++) {
      text.append("mad.lo.u32 %%r%d, %%lane, %d, %d;\n".formatted(i, 0x9E3779B1 * (i + 3) | 1, 0x85EBCA77 * (i + 1)));
    }
    for (int i = 0; i < 8; i++) {
      text.append("cvt.u16.u32 %%h%d, %%r%d; setp.lt.s32 %%p%d, %%r%d, 0;\n".formatted(i, 8 + i, i, 16 + i));
    }
    for (int i = 0; i < registers("rd"); i++) {
      text.append("mov.b64 %%rd%d, {%%r%d, %%r%d};\n".formatted(i, i, i + 20));
    }
    for (FormSampler.Sample sample : samples) {
      text.append(sample).append('\n');
      if (sums) {
        sample.results().forEach(it -> text.append(add(it)));
      }
    }
    if (sums) {
      text.append("mul.wide.u32 %rd0, %lane, 4; add.u64 %out, %out, %rd0; st.global.u32 [%out], %acc;\n");
    }
    return text.append("ret;\n}\n").toString();
  }

  private static String add(String register) {
    String word =
        switch (register.replaceAll("[%\\d]", "")) {
          case "h" -> "cvt.u32.u16 %%r0, %s;".formatted(register);
          case "p" -> "selp.u32 %%r0, 1, 2, %s;".formatted(register);
          case "rd" -> "mov.b64 {%%r0, %%r1}, %s; xor.b32 %%r0, %%r0, %%r1;".formatted(register);
          case "x" -> "mov.b128 {%%rd0, %%rd1}, %s; mov.b64 {%%r0, %%r1}, %%rd0;".formatted(register);
          default -> "";
        };
    return word + " mad.lo.u32 %acc, %acc, 31, " + (word.isEmpty() ? register : "%r0") + ";\n";
  }
}
