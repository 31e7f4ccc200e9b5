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
      .visible .entry k(.param .align 64 .b8 n[128], .param .u64 memory, .param .u64 maps, .param .u64 out)
      {
      .reg .b8 %%c<8>; .reg .b16 %%h<8>; .reg .b32 %%r<64>, %%acc, %%lane, %%meta;
      .reg .b64 %%rd<40>, %%g, %%s, %%out, %%policy; .reg .pred %%p<8>; %s
      .shared .align 1024 .b8 tile[16384]; .local .align 16 .b8 depot[64]; .param .align 16 .b8 argument[64];
      ld.param.u64 %%g, [memory];
      ld.param.u64 %%out, [out];
      mov.u32 %%lane, %%tid.x;
      mov.u64 %%s, tile;
      cvta.shared.u64 %%s, %%s;
      mov.u32 %%acc, 0;
      mov.u64 %%policy, 0;
      mov.u32 %%meta, 0x44444444;
      .reg .b64 %%rd_size; mov.u64 %%rd_size, 64; .reg .b32 %%place; mov.u32 %%place, tile;
      """;

  private static final String BARRIERS =
      """
      .shared .align 8 .b64 bar; .shared .align 8 .b64 many[1024]; .reg .b64 %gbar, %bars; .reg .b32 %manyBars; \
      .reg .b16 %one;
      mov.u64 %gbar, bar; cvta.shared.u64 %gbar, %gbar; mov.u16 %one, 1;
      mov.u32 %manyBars, many; mad.lo.u32 %manyBars, %lane, 8, %manyBars;
      mov.u64 %bars, many; cvta.shared.u64 %bars, %bars; mul.wide.u32 %rd0, %lane, 8; add.u64 %bars, %bars, %rd0;
      mbarrier.init.shared.b64 [bar], 1000000;
      """;

  private static final String MAPS =
      """
      .reg .b64 %map<6>; .reg .b32 %zero, %one32; mov.u32 %zero, 0; mov.u32 %one32, 1;
      ld.param.u64 %map1, [maps]; add.u64 %map2, %map1, 128; add.u64 %map3, %map1, 256;
      add.u64 %map4, %map1, 384; add.u64 %map5, %map1, 512;
      """;

  private static final String WARPGROUP =
      """
      .reg .b32 %w<128>; .reg .b64 %descriptor; .reg .pred %adds; setp.lt.u32 %adds, %place, 65536;
      cvt.u64.u32 %descriptor, %place; shr.u64 %descriptor, %descriptor, 4;
      or.b64 %descriptor, %descriptor, 0x0000000801000000;
      """;

  private SampleKernel() {}

  /** Whether there are instructions of four warps. */
  static boolean hasWarpgroup(List<FormSampler.Sample> samples) {
    return samples.stream().anyMatch(it -> it.opcode().startsWith("wgmma.mma"));
  }

  /** Registers of a bank: 8, 16, 32, 64 and 128 bits, and predicates. */
  static int registers(String bank) {
    return switch (bank) {
      case "r" -> 64;
      case "rd" -> 40;
      case "x" -> 2;
      case "w" -> 128;
      default -> 8;
    };
  }

  /** The module's text; without the sum each sample stands alone on its line, for an assembler to complain about. */
  static String write(SamplePlace place, List<FormSampler.Sample> samples, boolean sums) {
    boolean isLong = samples.stream().anyMatch(it -> it.toString().contains("%x"));
    StringBuilder text = new StringBuilder();
    text.append(HEAD.formatted(place.version(), place.target(), isLong ? ".reg .b128 %x<2>;" : ""));
    boolean hasBarriers = samples.stream()
        .anyMatch(it -> it.toString().matches(".*(bar\\]|%bars|%manyBars|%one\\b).*"));
    boolean hasMaps = samples.stream().anyMatch(it -> it.toString().matches(".*%(map\\d|one32|zero).*"));
    boolean hasSharedMap = samples.stream().anyMatch(it -> it.toString().contains("[tile+4096]"));
    text.append(hasBarriers ? BARRIERS : "").append(hasMaps || hasSharedMap ? MAPS : "");
    for (int i = 0; i < 128 && hasSharedMap; i += 8) {
      text.append("ld.global.u64 %%rd0, [%%map5+%d]; st.shared.u64 [tile+%d], %%rd0;\n".formatted(i, 4096 + i));
    }
    for (int i = 0; i < FormSampler.MOST && hasBarriers; i++) {
      text.append("mbarrier.init.b64 [%%bars+%d], 7;\n".formatted(256 * i));
    }
    text.append(hasWarpgroup(samples) ? WARPGROUP : "");
    for (int i = 0; i < 128 && hasWarpgroup(samples); i++) {
      text.append("mov.b32 %%w%d, %d;\n".formatted(i, i));
    }
    if (isLong) {
      text.append("mov.b128 %x1, {%g, %out};\n");
    }
    for (int i = 0; i < registers("r"); i++) {
      text.append("mad.lo.u32 %%r%d, %%lane, %d, %d;\n".formatted(i, 0x9E3779B1 * (i + 3) | 1, 0x85EBCA77 * (i + 1)));
    }
    for (int i = 0; i < 8; i++) {
      text.append("cvt.u16.u32 %%h%d, %%r%d; setp.lt.s32 %%p%d, %%r%d, 0;\n".formatted(i, 8 + i, i, 16 + i));
      text.append("cvt.u8.u32 %%c%d, %%r%d;\n".formatted(i, 24 + i));
    }
    for (int i = 0; i < registers("rd"); i++) {
      text.append("mov.b64 %%rd%d, {%%r%d, %%r%d};\n".formatted(i, i, i + 20));
    }
    for (FormSampler.Sample sample : samples) {
      boolean isArrival = sample.opcode().startsWith("barrier.cluster.arrive");
      text.append(sample.opcode().startsWith("barrier.cluster.wait") ? "barrier.cluster.arrive;\n" : "");
      text.append(sample).append('\n').append(isArrival ? "barrier.cluster.wait;\n" : "");
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
          case "c" -> "cvt.u32.u8 %%r0, %s;".formatted(register);
          case "h" -> "cvt.u32.u16 %%r0, %s;".formatted(register);
          case "p" -> "selp.u32 %%r0, 1, 2, %s;".formatted(register);
          case "rd" -> "mov.b64 {%%r0, %%r1}, %s; xor.b32 %%r0, %%r0, %%r1;".formatted(register);
          case "x" -> "mov.b128 {%%rd0, %%rd1}, %s; mov.b64 {%%r0, %%r1}, %%rd0;".formatted(register);
          default -> "";
        };
    return word + " mad.lo.u32 %acc, %acc, 31, " + (word.isEmpty() ? register : "%r0") + ";\n";
  }
}
