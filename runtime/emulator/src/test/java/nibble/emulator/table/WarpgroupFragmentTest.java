package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelRun;
import nibble.emulator.Tier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every {@code wgmma} of the table, with its factors in every layout: random tiles give the plain product of the
 * matrices.
 */
class WarpgroupFragmentTest {
  private static final String SIGNED = "f16|bf16|tf32|e4m3|e5m2";

  private static final String KERNEL =
      """
      .version 8.4
      .target sm_90a
      .address_size 64
      .visible .entry k(.param .u64 a, .param .u64 left, .param .u64 right, .param .u64 c, .param .u64 e, .param .u64 d)
      {
      .reg .b32 %%a<4>, %%d<128>, %%lane, %%warp, %%g, %%t, %%e, %%x, %%y; .reg .pred %%p, %%adds;
      .reg .b64 %%A, %%B, %%C, %%D, %%E, %%o, %%da, %%db;
      .shared .align 1024 .b8 leftTile[%d]; .shared .align 1024 .b8 rightTile[%d];
      mov.u32 %%y, %%tid.x; shr.u32 %%warp, %%y, 5; and.b32 %%lane, %%y, 31; shr.u32 %%g, %%lane, 2; \
      and.b32 %%t, %%lane, 3;
      ld.param.u64 %%C, [c]; ld.param.u64 %%D, [d]; ld.param.u64 %%E, [e];
      mad.wide.u32 %%E, %%y, 4, %%E; ld.global.b32 %%e, [%%E];
      %s
      bar.sync 0;
      %s
      mov.u32 %%x, leftTile; add.u32 %%x, %%x, %d; cvt.u64.u32 %%da, %%x; shr.u64 %%da, %%da, 4; or.b64 %%da, %%da, %d;
      mov.u32 %%x, rightTile; add.u32 %%x, %%x, %d; cvt.u64.u32 %%db, %%x; shr.u64 %%db, %%db, 4; or.b64 %%db, %%db, %d;
      setp.ne.u32 %%adds, %d, 0;
      wgmma.fence.sync.aligned;
      %s
      wgmma.commit_group.sync.aligned;
      wgmma.wait_group.sync.aligned 0;
      %s
      ret;
      }
      """;

  private static final String COPY =
      """
      ld.param.u64 %%A, [%s]; mov.u32 %%x, %%y; mul.wide.u32 %%o, %%y, 4; add.u64 %%A, %%A, %%o;
      mov.u32 %%e, %sTile; mad.lo.u32 %%e, %%y, 4, %%e;
      $%s: setp.lt.u32 %%p, %%x, %d;
      @%%p ld.global.b32 %%a0, [%%A]; @%%p st.shared.b32 [%%e], %%a0;
      add.u32 %%x, %%x, 128; add.u64 %%A, %%A, 512; add.u32 %%e, %%e, 512;
      @%%p bra $%s;
      """;

  private static String copy(String what, SharedImage image) {
    return COPY.formatted(what, what, what, image.size() / 4, what);
  }

  /** A layout of the factors and all else that an instruction leaves open. */
  private record Choice(SharedImage left, SharedImage right, boolean inRegisters, int signA, int signB, boolean adds) {}

  private static Stream<Choice> choices(MatrixCase it) {
    boolean isHalf = it.bits("a") == 16;
    // All layouts where one format is multiplied by itself; of others one is enough.
    boolean isMain = it.choice("a").equals(it.choice("b")) && it.choice("d").matches("f32|s32") && it.n() == 48;
    boolean takesRegisters = it.form().operands().get(1).matches("[ax]");
    boolean takesMemory = !it.form().operands().get(1).equals("a");
    List<Choice> choices = new ArrayList<>();
    int round = 0;
    for (int span : new int[] {16, 32, 64, 128}) {
      for (boolean transposed : isHalf ? new boolean[] {false, true} : new boolean[] {false}) {
        int leftBytes = it.storedColumns() * it.bits("a") / 8;
        int rightBytes = it.k() * it.bits("b") / 8;
        int advance = transposed || span < 128 ? 0 : 32;
        SharedImage left = new SharedImage(span, transposed && takesMemory, 64, leftBytes, advance);
        SharedImage right = new SharedImage(span, transposed, it.n(), rightBytes, advance);
        boolean hasSigns = it.choice("a").matches(SIGNED);
        int signA = hasSigns && round % 3 == 1 ? -1 : 1;
        int signB = hasSigns && round % 3 == 2 ? -1 : 1;
        if (left.isLegal() && right.isLegal()) {
          boolean inRegisters = takesRegisters && (!takesMemory || round % 2 == 0);
          choices.add(new Choice(left, right, inRegisters, signA, signB, round % 4 != 3));
        }
        round++;
      }
    }
    return choices.stream().limit(isMain ? choices.size() : 1);
  }

  private static String instruction(MatrixCase it, Choice choice, int selector) {
    int registers = it.n() / (it.choice("d").equals("f16") ? 4 : 2);
    String sums = IntStream.range(0, registers).mapToObj(i -> "%d" + i).collect(Collectors.joining(", ", "{", "}"));
    StringBuilder text = new StringBuilder(it.opcode()).append(' ').append(sums);
    text.append(choice.inRegisters ? ", {%a0, %a1, %a2, %a3}, %db" : ", %da, %db");
    text.append(it.isSparse() ? ", %e, " + selector : "").append(", %adds");
    if (it.choice("a").matches(SIGNED)) {
      text.append(", ").append(choice.signA).append(", ").append(choice.signB);
    }
    if (it.bits("a") == 16) {
      text.append(choice.inRegisters ? "" : choice.left.isTransposed() ? ", 1" : ", 0");
      text.append(choice.right.isTransposed() ? ", 1" : ", 0");
    }
    return text.append(';').toString();
  }

  /** Sums: of the warp's 16 rows {@code g + 8 (i / 2 mod 2)}, columns {@code 8 (i / 4) + 2t + i mod 2}. */
  private static String accumulators(MatrixCase it, String base, boolean isStore) {
    boolean isHalf = it.choice("d").equals("f16");
    int bytes = isHalf ? 2 : 4;
    StringBuilder text = new StringBuilder();
    text.append("mad.lo.u32 %%x, %%warp, 16, %%g; mul.lo.u32 %%x, %%x, %d; mad.lo.u32 %%x, %%t, %d, %%x; ".formatted(
        it.n() * bytes, 2 * bytes));
    text.append("cvt.u64.u32 %%o, %%x; add.u64 %%%s, %%%s, %%o;\n".formatted(base, base));
    for (int i = 0; i < it.n() / (isHalf ? 4 : 2); i++) {
      int row = isHalf ? 8 * (i & 1) : 8 * (i >> 1 & 1);
      int column = isHalf ? 8 * (i >> 1) : 8 * (i >> 2) + (i & 1);
      String place = "[%" + base + "+" + (row * it.n() + column) * bytes + "]";
      text.append(isStore
          ? "st.global.b32 " + place + ", %d" + i
          : "ld.global.b32 %d" + i + ", " + place).append(";\n");
    }
    return text.toString();
  }

  private static String fragment(int pitch) {
    StringBuilder text = new StringBuilder("ld.param.u64 %A, [a]; mad.lo.u32 %x, %warp, 16, %g; ");
    text.append("mul.lo.u32 %%x, %%x, %d; mad.lo.u32 %%x, %%t, 4, %%x; cvt.u64.u32 %%o, %%x; add.u64 %%A, %%A, %%o;\n"
        .formatted(pitch));
    for (int r = 0; r < 4; r++) {
      text.append("ld.global.b32 %%a%d, [%%A+%d];\n".formatted(r, 8 * pitch * (r & 1) + 16 * (r >> 1)));
    }
    return text.toString();
  }

  private static void multiply(MatrixCase it, Choice choice, int seed) {
    MatrixTile tile = new MatrixTile(it, seed);
    int selector = seed % it.selectors();
    int pitch = it.storedColumns() * it.bits("a") / 8;
    String ptx =
        KERNEL.formatted(
            choice.left.size(), choice.right.size(), 
            copy("left", choice.left) + copy("right", choice.right) + "ld.global.b32 %e, [%E];",
            accumulators(it, "C", false) + fragment(pitch), choice.left.advance(), choice.left.descriptor(),
            choice.right.advance(), choice.right.descriptor(), choice.adds ? 1 : 0, instruction(it, choice, selector),
            accumulators(it, "D", true));
    KernelRun run =
        KernelRun.of(ptx)
            .grid(1, 128)
            .buffer("a", tile.left())
            .buffer("left", choice.left.of(tile.left()))
            .buffer("right", choice.right.of(tile.right()))
            .buffer("c", tile.addend())
            .ints("e", it.isSparse() ? tile.metadata(selector) : new int[128])
            .buffer("d", tile.product().length);
    KernelRun.Outcome outcome = seed == 0 ? run.run() : run.run(Tier.COMPILED);
    assertArrayEquals(
        tile.product(choice.signA * choice.signB, choice.adds), outcome.buffer("d").array(), choice.toString());
  }

  @TestFactory
  Stream<DynamicTest> multiplies() {
    return MatrixCase.ofWarpgroups()
        .map(
            it ->
                DynamicTest.dynamicTest(
                    it.toString() + (it.form().operands().get(1).equals("a") ? " with registers" : ""),
                    () -> {
                      int seed = 0;
                      for (Choice choice : choices(it).toList()) {
                        multiply(it, choice, seed++);
                      }
                    }));
  }

  private static KernelFault fault(int threads, String descriptor) {
    String body =
        """
        .reg .b32 %%d<4>, %%lane; .reg .b64 %%b; .reg .pred %%p; .shared .align 1024 .b8 tile[4096];
        .reg .b32 %%used; mov.u32 %%used, tile;
        mov.u32 %%lane, %%tid.x; cvt.u64.u32 %%b, %%lane; setp.eq.u32 %%p, %%lane, %%lane;
        %s
        wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%%d0, %%d1, %%d2, %%d3}, %%b, %%b, %%p, 1, 1, 0, 0;
        """.formatted(descriptor);
    return KernelRun.of(KernelRun.module("sm_90a", "8.0", "", body)).grid(1, threads).fault();
  }

  @Test
  void whatMustNotBe() {
    String good = "mov.b64 %b, 0x0000000800080000;";
    assertEquals(KernelFault.Kind.DIVERGENT_LANES, fault(96, good).kind());
    assertEquals(KernelFault.Kind.BAD_DESCRIPTOR, fault(128, "").kind());
    assertEquals(KernelFault.Kind.OUT_OF_BOUNDS, fault(128, "mov.b64 %b, 0x0000000800083000;").kind());
    assertEquals(KernelFault.Kind.DIVERGENT_LANES, fault(128, good + " setp.lt.u32 %p, %lane, 7;").kind());
    assertEquals(
        KernelFault.Kind.DIVERGENT_LANES,
        fault(128, good + " setp.lt.u32 %p, %lane, 7; @%p bra $out; bra $in; $out: ret; $in:").kind());
  }
}
