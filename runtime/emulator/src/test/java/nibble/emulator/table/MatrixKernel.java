package nibble.emulator.table;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A kernel that multiplies one tile by one instruction. Its factors lie in memory as matrices, rows of {@code a} and
 * columns of {@code b} one behind the other; so do addend and result. The kernel computes its addresses by the formulas
 * of PTX ISA 9.7.14.5, in bytes: lane {@code 4g + t} holds 4 bytes at {@code 4t + 16 (r / 2)} of row {@code g + 8 (r
 * mod 2)} of {@code a}, and at {@code 4t + 16 r} of column {@code g} of {@code b}.
 */
final class MatrixKernel {
  private static final String HEAD =
      """
      .version %s
      .target %s
      .address_size 64
      .visible .entry k(.param .u64 a, .param .u64 b, .param .u64 c, .param .u64 e, .param .u64 scales, .param .u64 d)
      {
      .reg .b32 %%a<8>, %%b<8>, %%c<8>, %%d<8>, %%v<4>, %%lane, %%g, %%t, %%e, %%sa, %%sb, %%x, %%y;
      .reg .b64 %%wa<8>, %%wb<8>, %%wc<8>, %%wd<8>, %%A, %%B, %%C, %%D, %%E, %%S, %%o;
      .shared .align 16 .b8 left[1024], right[1024];
      mov.u32 %%lane, %%tid.x; shr.u32 %%g, %%lane, 2; and.b32 %%t, %%lane, 3;
      ld.param.u64 %%A, [a]; ld.param.u64 %%B, [b]; ld.param.u64 %%C, [c]; ld.param.u64 %%D, [d];
      ld.param.u64 %%E, [e]; ld.param.u64 %%S, [scales];
      mad.wide.u32 %%E, %%lane, 4, %%E; ld.global.b32 %%e, [%%E];
      mad.wide.u32 %%S, %%lane, 8, %%S; ld.global.v2.b32 {%%sa, %%sb}, [%%S];
      """;

  private final MatrixCase it;
  private final StringBuilder text = new StringBuilder();

  private MatrixKernel(MatrixCase it) {
    this.it = it;
  }

  /**
   * The kernel's text.
   *
   * @param viaShared whether factors go through shared memory and {@code ldmatrix}
   * @param selector of the metadata
   * @param scales the selectors of the scales, such as {@code ", %sa, {0, 1}, %sb, {0, 3}"}
   */
  static String of(MatrixCase it, SamplePlace place, boolean viaShared, int selector, String scales) {
    MatrixKernel kernel = new MatrixKernel(it);
    kernel.text.append(HEAD.formatted(place.version(), place.target()));
    if (viaShared) {
      kernel.loadMatrices();
    } else {
      kernel.loadGlobal();
    }
    kernel.accumulators("c", "C", "ld.global", false);
    String metadata = it.isSparse() ? ", %e, " + selector : "";
    kernel.line(
        "%s %s, %s, %s, %s%s%s;",
        it.opcode(), kernel.list("d"), kernel.list("a"), kernel.list("b"), kernel.list("c"), metadata, scales);
    kernel.accumulators("d", "D", "st.global", true);
    return kernel.text.append("ret;\n}\n").toString();
  }

  private void line(String format, Object... arguments) {
    text.append(format.formatted(arguments)).append('\n');
  }

  private boolean isWide() {
    return it.bits("a") == 64;
  }

  private int count(String matrix) {
    int register = isWide() ? 64 : 32;
    return switch (matrix) {
      case "a" -> it.m() * it.storedColumns() * it.bits("a") / register / 32;
      case "b" -> 8 * it.k() * it.bits("b") / register / 32;
      default -> it.m() * 8 / 32 / (it.choice(matrix).equals("f16") ? 2 : 1);
    };
  }

  private String register(String matrix, int i) {
    return "%" + (isWide() ? "w" : "") + matrix + i;
  }

  private String list(String matrix) {
    return IntStream.range(0, count(matrix))
        .mapToObj(i -> register(matrix, i)).collect(Collectors.joining(", ", "{", "}"));
  }

  private int pitch(String matrix) {
    return (matrix.equals("a") ? it.storedColumns() : it.k()) * it.bits(matrix) / 8;
  }

  /** Registers of 32 bits hold 4 bytes of a row, those of 64 bits 8. */
  private void loadGlobal() {
    int unit = isWide() ? 8 : 4;
    String load = isWide() ? "ld.global.b64" : "ld.global.b32";
    line("mul.lo.u32 %%x, %%g, %d; mad.lo.u32 %%x, %%t, %d, %%x; cvt.u64.u32 %%o, %%x; add.u64 %%A, %%A, %%o;",
        pitch("a"), unit);
    int halves = it.m() / 8;
    for (int r = 0; r < count("a"); r++) {
      line("%s %s, [%%A+%d];", load, register("a", r), 8 * pitch("a") * (r % halves) + 4 * unit * (r / halves));
    }
    line("mul.lo.u32 %%x, %%g, %d; mad.lo.u32 %%x, %%t, %d, %%x; cvt.u64.u32 %%o, %%x; add.u64 %%B, %%B, %%o;",
        pitch("b"), unit);
    for (int r = 0; r < count("b"); r++) {
      line("%s %s, [%%B+%d];", load, register("b", r), 4 * unit * r);
    }
  }

  /** By way of shared memory: matrix {@code j} of {@code ldmatrix} is 8 rows of 16 bytes. */
  private void loadMatrices() {
    line("mul.wide.u32 %%o, %%lane, 16; shl.b32 %%y, %%lane, 4;");
    copy("A", "left", it.m() * pitch("a") / 16);
    copy("B", "right", 8 * pitch("b") / 16);
    line("bar.warp.sync 0xffffffff;");
    int rows = it.m();
    line("mov.u32 %%x, left; and.b32 %%y, %%lane, %d; mad.lo.u32 %%x, %%y, %d, %%x;", rows - 1, pitch("a"));
    line("shr.u32 %%y, %%lane, %d; mad.lo.u32 %%x, %%y, 16, %%x;", rows == 16 ? 4 : 3);
    matrices("a", pitch("a"));
    line("mov.u32 %%x, right; and.b32 %%y, %%lane, 7; mad.lo.u32 %%x, %%y, %d, %%x;", pitch("b"));
    line("shr.u32 %%y, %%lane, 3; mad.lo.u32 %%x, %%y, 16, %%x;");
    matrices("b", pitch("b"));
  }

  private void copy(String from, String to, int lanes) {
    line(".reg .pred %%p%s; setp.lt.u32 %%p%s, %%lane, %d; add.u64 %%%s, %%%s, %%o;", to, to, lanes, from, from);
    line("@%%p%s ld.global.v4.b32 {%%v0, %%v1, %%v2, %%v3}, [%%%s];", to, from);
    line("mov.u32 %%x, %s; add.u32 %%x, %%x, %%y;", to);
    line("@%%p%s st.shared.v4.b32 [%%x], {%%v0, %%v1, %%v2, %%v3};", to);
  }

  private void matrices(String matrix, int pitch) {
    line("ldmatrix.sync.aligned.m8n8.x%d.shared.b16 %s, [%%x];", count(matrix), list(matrix));
  }

  /** Row {@code g + 8 (i / 2)}, column {@code 2t + i mod 2}; of halves there are two to a register. */
  private void accumulators(String matrix, String base, String access, boolean isStore) {
    boolean isHalf = it.choice(matrix).equals("f16");
    int bytes = isWide() ? 8 : isHalf ? 2 : 4;
    line("mul.lo.u32 %%x, %%g, %d; mad.lo.u32 %%x, %%t, %d, %%x; cvt.u64.u32 %%o, %%x; add.u64 %%%s, %%%s, %%o;",
        8 * bytes, 2 * bytes, base, base);
    for (int i = 0; i < count(matrix); i++) {
      int offset = isHalf ? 64 * bytes * i : 64 * bytes * (i >> 1) + bytes * (i & 1);
      String place = "[%" + base + "+" + offset + "]";
      String register = register(matrix, i);
      line("%s.b%d %s, %s;", access, isWide() ? 64 : 32, isStore ? place : register, isStore ? register : place);
    }
  }
}
