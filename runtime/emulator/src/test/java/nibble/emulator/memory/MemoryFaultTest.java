package nibble.emulator.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.KernelFault;
import nibble.emulator.KernelFault.Index;
import nibble.emulator.KernelFault.Kind;
import nibble.emulator.KernelRun;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.Tier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Accesses that no memory allows: each space, each kind, and what the message says. */
class MemoryFaultTest {
  private static final String REGISTERS =
      """
      .reg .b16 %h<4>; .reg .b32 %r<8>; .reg .f32 %f<4>; .reg .b64 %rd<8>; .reg .pred %p<2>;
      .shared .align 16 .b8 tile[256];
      .local .align 8 .b8 depot[16];
      mov.u32 %r7, %tid.x;
      """;

  private static final String TILE = "the block's shared memory of 256 bytes (256 static, 0 dynamic)";

  private static KernelRun run(String parameters, String body) {
    String module = KernelRun.module("sm_90a", "8.0", parameters, REGISTERS + body + "\nret;");
    return KernelRun.of(module + ".const .b32 table[4] = {1, 2, 3, 4};");
  }

  /** The fault of a body that has the address of 64 bytes called {@code x} in {@code %rd0}. */
  private static KernelFault global(String body) {
    return run(".param .u64 x", "ld.param.u64 %rd0, [x];\n" + body).buffer("x", 64).fault();
  }

  private static KernelFault own(String body) {
    return run("", body).fault();
  }

  private static void check(KernelFault fault, Kind kind, String cause) {
    assertEquals(kind, fault.kind());
    String first = fault.getMessage().lines().findFirst().orElseThrow();
    // Addresses of allocations are of no concern; offsets in shared, local and parameter memory are.
    String masked =
        first.replaceAll("(global|const|generic) address 0x\\w{7,}", "$1 address A").replaceAll("at 0x\\w+$", "at A");
    assertEquals(cause, masked);
  }

  // Global memory

  @Test
  void beyondTheEnd() {
    KernelFault fault = global("ld.global.u32 %r0, [%rd0+64];");
    check(
        fault, Kind.OUT_OF_BOUNDS,
        "out of bounds: 4 bytes at global address A; it is 0 bytes behind the end of 'x' of 64 bytes at A");
    assertTrue(fault.address().isPresent());
    check(
        global("st.global.u8 [%rd0+100], %h0;"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 1 bytes at global address A; it is 36 bytes behind the end of 'x' of 64 bytes at A");
  }

  @Test
  void beforeTheStart() {
    check(
        global("ld.global.f64 %rd1, [%rd0-8];"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 8 bytes at global address A; it is 8 bytes before 'x' of 64 bytes at A");
  }

  @Test
  void acrossTheEnd() {
    check(
        global("ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%rd0+56];"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 16 bytes at global address A; it crosses the end of 'x' of 64 bytes at A");
  }

  @ParameterizedTest
  @CsvSource({"u16,1,2", "u32,2,4", "u64,4,8", "v2.u32,4,8", "v4.f32,8,16", "v2.u8,1,2", "v4.u16,4,8"})
  void misaligned(String type, int offset, int bytes) {
    String target = type.startsWith("v2") ? "{%X0, %X1}" : type.startsWith("v4") ? "{%X0, %X1, %X2, %X3}" : "%X0";
    String register = type.endsWith("8") || type.endsWith("16") ? "h" : type.endsWith("64") ? "rd" : "r";
    String body = "ld.global." + type + " " + target.replace("X", register) + ", [%rd0+" + offset + "];";
    check(
        global(body.replace("%rd0, [", "%rd1, [")), Kind.MISALIGNED,
        "misaligned: " + bytes + " bytes at global address A; it is in 'x' of 64 bytes at A");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "atom.global.add.u32 %r0, [%rd0+64], 1;", "red.global.add.f32 [%rd0+64], %f0;",
        "atom.global.cas.b64 %rd1, [%rd0+64], %rd2, %rd3;", "ld.global.nc.u32 %r0, [%rd0+64];",
        "cp.async.ca.shared.global [tile], [%rd0+64], 4;", "ld.volatile.global.u32 %r0, [%rd0+64];",
        "wmma.load.a.sync.aligned.row.m16n16k16.global.s8 {%r0, %r1}, [%rd0], 16;",
        "ldu.global.u32 %r0, [%rd0+64];", "@!%p0 st.global.v2.u32 [%rd0+64], {%r0, %r1};"
      })
  void everyInstructionIsChecked(String instruction) {
    assertEquals(Kind.OUT_OF_BOUNDS, global(instruction).kind());
  }

  @Test
  void nowhere() {
    check(
        own("mov.u64 %rd0, 0; ld.global.u32 %r0, [%rd0];"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 4 bytes at global address 0x0; no memory is there");
    check(
        own("mov.u64 %rd0, 16; st.u32 [%rd0], %r0;"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 4 bytes at generic address 0x10; no memory is there");
    check(
        own("mov.u64 %rd0, 0xdeadbeef00000000; ld.u32 %r0, [%rd0];"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 4 bytes at generic address A; no memory is there");
  }

  @Test
  void oneAllocationIsNeverReachedFromAnother() {
    String body =
        "ld.param.u64 %rd0, [x]; ld.param.s64 %rd1, [by]; add.s64 %rd0, %rd0, %rd1; ld.global.u32 %r0, [%rd0];";
    for (long by : new long[] {64, 256, 4096, 1L << 30, (1L << 32) - 4, -256, -(1L << 34)}) {
      KernelFault fault =
          run(".param .u64 x, .param .u64 y, .param .s64 by", body)
              .buffer("x", 64).buffer("y", 64).argument(Argument.of(by)).fault();
      assertEquals(Kind.OUT_OF_BOUNDS, fault.kind());
    }
  }

  @Test
  void freedMemory() {
    for (Tier tier : Tier.values()) {
      try (Machine machine = Machine.builder().workers(1).tier(tier).build()) {
        String ptx = KernelRun.module("sm_80", "7.0", ".param .u64 x",
            ".reg .b32 %r<2>; .reg .b64 %rd<2>; ld.param.u64 %rd0, [x]; ld.global.u32 %r0, [%rd0+4]; ret;");
        PtxKernel kernel = machine.load(ptx, "test.ptx").kernel("k");
        Allocation x = machine.memory().allocate(64, "x");
        machine.launch(kernel, LaunchConfig.of(1, 32), Argument.of(x));
        machine.memory().free(x);
        KernelFault fault =
            assertThrows(KernelFault.class, () -> machine.launch(kernel, LaunchConfig.of(1, 32), Argument.of(x)));
        check(
            fault, Kind.USE_AFTER_FREE,
            "use after free: 4 bytes at global address A; it was freed with 'x' of 64 bytes at A");
        assertThrows(IllegalStateException.class, () -> machine.memory().free(x));
        assertThrows(IllegalStateException.class, x::segment);
      }
    }
  }

  @Test
  void emptyAllocations() {
    KernelFault fault =
        run(".param .u64 x", "ld.param.u64 %rd0, [x]; ld.global.u8 %h0, [%rd0];").buffer("x", 0).fault();
    check(
        fault, Kind.OUT_OF_BOUNDS,
        "out of bounds: 1 bytes at global address A; it is 0 bytes behind the end of 'x' of 0 bytes at A");
  }

  @Test
  void constantsCannotBeWritten() {
    check(
        own("mov.u64 %rd0, table; st.u32 [%rd0+4], %r0;"), Kind.READ_ONLY,
        "read-only: 4 bytes at generic address A; it is in read-only 'table' of 16 bytes at A");
    check(
        own("ld.const.u32 %r0, [table+16];"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 4 bytes at const address A; it is 0 bytes behind the end of 'table' of 16 bytes at A");
  }

  // The memories of blocks and threads

  @Test
  void sharedMemory() {
    check(
        own("mov.u32 %r0, tile; mov.u32 %r0, 256; ld.shared.u32 %r1, [%r0];"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 4 bytes at shared address 0x100; it is 0 bytes behind the end of " + TILE);
    check(
        own("mov.u32 %r0, tile; st.shared.u32 [%r0-4], %r1;"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 4 bytes at shared address 0xfffffffffffffffc; it is 4 bytes before " + TILE);
    check(
        own("mov.u32 %r0, tile; atom.shared.add.u64 %rd0, [%r0+12], 1;"), Kind.MISALIGNED,
        "misaligned: 8 bytes at shared address 0xc; it is in " + TILE);
    check(
        own("mov.u64 %rd0, tile; cvta.shared.u64 %rd0, %rd0; ld.v2.u64 {%rd1, %rd2}, [%rd0+248];"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 16 bytes at shared address 0xf8; it crosses the end of " + TILE);
  }

  @Test
  void localMemory() {
    check(
        own("st.local.u32 [depot+16], %r0;"), Kind.OUT_OF_BOUNDS,
        "out of bounds: 4 bytes at local address 0x10; it is 0 bytes behind the end of the thread's local memory of 16 "
            + "bytes");
    check(
        own("mov.u64 %rd0, depot; cvta.local.u64 %rd0, %rd0; ld.u64 %rd1, [%rd0+4];"), Kind.MISALIGNED,
        "misaligned: 8 bytes at local address 0x4; it is in the thread's local memory of 16 bytes");
  }

  @Test
  void parameters() {
    KernelFault beyond = run(".param .u32 n", "ld.param.u64 %rd0, [n];").argument(5).fault();
    check(
        beyond, Kind.OUT_OF_BOUNDS,
        "out of bounds: 8 bytes at param address 0x0; it crosses the end of the kernel's parameters of 4 bytes");
    KernelFault written =
        run(".param .u32 n", "mov.u64 %rd0, n; cvta.param.u64 %rd0, %rd0; st.u32 [%rd0], %r0;").argument(5).fault();
    check(
        written, Kind.READ_ONLY,
        "read-only: 4 bytes at param address 0x0; parameters cannot be written");
  }

  // Matrices and asynchronous copies

  @Test
  void matrixRows() {
    String address = "mul.lo.u32 %r6, %r7, 16; mov.u32 %r5, tile; add.u32 %r6, %r6, %r5; ";
    // 16 rows of 16 bytes fill the tile, so x4 goes beyond it in lane 16.
    KernelFault fault = own(address + "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r0, %r1, %r2, %r3}, [%r6];");
    check(
        fault, Kind.OUT_OF_BOUNDS,
        "out of bounds: 16 bytes at shared address 0x100; it is 0 bytes behind the end of " + TILE);
    assertEquals(new Index(16, 0, 0), fault.place().thread());
    KernelFault odd = own(address + "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r0}, [%r6+8];");
    assertEquals(Kind.MISALIGNED, odd.kind());
    KernelFault stored = own(address + "stmatrix.sync.aligned.m8n8.x2.shared.b16 [%r6+16], {%r0, %r1};");
    assertEquals(new Index(15, 0, 0), stored.place().thread());
  }

  @Test
  void asynchronousCopies() {
    check(
        global("cp.async.cg.shared.global [tile+8], [%rd0], 16;"), Kind.MISALIGNED,
        "misaligned: 16 bytes at shared address 0x8; it is in " + TILE);
    assertEquals(Kind.MISALIGNED, global("cp.async.ca.shared.global [tile], [%rd0+4], 8;").kind());
  }

  // What the message says

  @Test
  void aFaultSaysWhereAndWho() {
    String ptx =
        """
        .version 8.0
        .target sm_80
        .func f(.param .b64 a)
        {
          .reg .b32 %r<2>; .reg .b64 %rd<2>;
          ld.param.u64 %rd0, [a];
          .loc 1 42 7
          ld.global.u32 %r0, [%rd0];
          ret;
        }
        .visible .entry k(.param .u64 x)
        {
          .reg .b32 %r<4>; .reg .b64 %rd<3>; .param .b64 p;
          ld.param.u64 %rd0, [x];
          mov.u32 %r0, %tid.x;
          mov.u32 %r1, %ctaid.y;
          mad.lo.u32 %r0, %r1, 40, %r0;
          mul.wide.u32 %rd1, %r0, 4;
          add.u64 %rd0, %rd0, %rd1;
          st.param.b64 [p], %rd0;
          call f, (p);
          ret;
        }
        .file 1 "index.cu"
        """;
    LaunchConfig config =
        LaunchConfig.of(new LaunchConfig.Extent(1, 2, 1), new LaunchConfig.Extent(8, 5, 1));
    KernelFault fault = KernelRun.of(ptx).config(config).buffer("x", 4 * 47).fault();
    assertEquals(new Index(7, 0, 0), fault.place().thread());
    assertEquals(new Index(0, 1, 0), fault.place().block());
    assertEquals("k", fault.place().kernel());
    assertEquals("f", fault.place().function());
    assertEquals(8, fault.place().line());
    assertEquals("index.cu:42", fault.place().source().orElseThrow());
    List<String> lines = fault.getMessage().lines().toList();
    assertEquals("  in kernel k, function f, PTX line 8 (index.cu:42): ld.global.u32 %r0, [%rd0]", lines.get(1));
    assertEquals("  by thread (7,0,0) of block (0,1,0)", lines.get(2));
  }

  @Test
  void theLowestBlockThatFailsIsTold() {
    String body =
        """
        mov.u32 %r0, %ctaid.x;
        setp.lt.u32 %p0, %r0, 3;
        @%p0 bra DONE;
        mov.u64 %rd0, 0;
        ld.global.u32 %r1, [%rd0];
        DONE:
        """;
    // One worker takes blocks in their order; more may have begun a later one.
    KernelRun run = run("", body).grid(10, 32).machine(Machine.builder().workers(1));
    assertEquals(new Index(3, 0, 0), run.fault().place().block());
  }

  @ParameterizedTest
  @EnumSource
  void lanesThatDoNotTakePartMayPointAnywhere(Tier tier) {
    String body =
        """
        ld.param.u64 %rd0, [x];
        setp.eq.u32 %p0, %r7, 5;
        @!%p0 mov.u64 %rd0, 12345;
        @%p0 ld.global.u32 %r0, [%rd0];
        @%p0 st.global.u32 [%rd0+4], %r0;
        @%p0 atom.global.add.u32 %r1, [%rd0], 1;
        """;
    KernelRun.Outcome outcome = run(".param .u64 x", body).ints("x", 7, 0).run(tier);
    assertEquals(8, outcome.ints("x")[0]);
    assertEquals(7, outcome.ints("x")[1]);
  }

  @Test
  void faultsThatConcernNoMemoryHaveNoAddress() {
    assertEquals(OptionalLong.empty(), own("trap;").address());
  }
}
