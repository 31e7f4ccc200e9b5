package nibble.emulator.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.Counters;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchResult;
import nibble.emulator.LineCounters;
import nibble.emulator.Machine;
import nibble.emulator.MemoryCounter;
import nibble.emulator.PtxKernel;
import nibble.emulator.model.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted of small kernels, of which one can say by hand what there is to count. */
class CountersTest {
  private static final String HEAD =
      """
      .version 7.8
      .target sm_80
      .address_size 64
      .visible .entry k(.param .u64 x, .param .u64 y)
      {
      .reg .b32 %t, %r<8>; .reg .b64 %x, %y, %a, %rd<4>; .reg .pred %p; .reg .f32 %f<8>;
      .shared .align 16 .b8 tile[8192];
      .local .align 16 .b8 own[64];
      ld.param.u64 %x, [x];
      ld.param.u64 %y, [y];
      mov.u32 %t, %tid.x;
      """;

  private static LaunchResult run(String body, int grid, int block) {
    try (Machine machine = Machine.builder().workers(2).counters(true).build()) {
      Allocation x = machine.memory().allocate(1 << 20, "x");
      Allocation y = machine.memory().allocate(1 << 20, "y");
      String text = HEAD + body + "\nret;\n}\n";
      return machine.launch(
          machine.load(text, "k.ptx").kernel("k"), LaunchConfig.of(grid, block), Argument.of(x), Argument.of(y));
    }
  }

  private static Counters count(String body, int grid, int block) {
    return run(body, grid, block).counters().orElseThrow();
  }

  private static long of(Counters counters, MemoryCounter counter) {
    return counters.memory().of(counter);
  }

  @ParameterizedTest
  @CsvSource({
    "4, 0, 4", "4, 4, 5", "8, 0, 8", "32, 0, 32", "128, 0, 32", "0, 0, 1",
  })
  void sectorsAreThoseThatAWarpTouches(int stride, int offset, int sectors) {
    String body =
        "mul.wide.u32 %a, %t, " + stride + "; add.u64 %a, %a, %x; ld.global.u32 %r1, [%a+" + offset + "];";
    Counters counters = count(body, 2, 32);
    assertEquals(2 * sectors, of(counters, MemoryCounter.GLOBAL_SECTORS_READ));
    assertEquals(2 * 128, of(counters, MemoryCounter.GLOBAL_BYTES_READ));
    assertEquals(2, of(counters, MemoryCounter.GLOBAL_REQUESTS));
    assertEquals(sectors, counters.globalSectorsTouched(), "both blocks read the same");
  }

  @Test
  void vectorsOfSixteenBytes() {
    String body = "mul.wide.u32 %a, %t, 16; add.u64 %a, %a, %x; st.global.v4.u32 [%a], {%t, %t, %t, %t};";
    Counters counters = count(body, 1, 48);
    assertEquals(24, of(counters, MemoryCounter.GLOBAL_SECTORS_WRITTEN));
    assertEquals(48 * 16, of(counters, MemoryCounter.GLOBAL_BYTES_WRITTEN));
    assertEquals(2, of(counters, MemoryCounter.GLOBAL_REQUESTS));
  }

  @ParameterizedTest
  @CsvSource({
    // An access of four bytes is one pass over the banks, of eight two, of sixteen four.
    "u32, 4, 1, 0", "u32, 8, 2, 1", "u32, 16, 4, 3", "u32, 128, 32, 31", "u32, 132, 1, 0", "u32, 0, 1, 0",
    "u8, 1, 1, 0", "u16, 2, 1, 0", "u64, 8, 2, 0", "u64, 128, 32, 30", "u64, 0, 2, 0",
  })
  void wavefrontsAndConflicts(String type, int stride, int wavefronts, int conflicts) {
    String register = type.equals("u64") ? "%rd1" : "%r1";
    String body =
        "mul.lo.u32 %r2, %t, " + stride + "; mov.u32 %r3, tile; add.u32 %r2, %r2, %r3;"
            + "ld.shared." + type + " " + register + ", [%r2];";
    Counters counters = count(body, 1, 32);
    assertEquals(wavefronts, of(counters, MemoryCounter.SHARED_WAVEFRONTS));
    assertEquals(conflicts, of(counters, MemoryCounter.BANK_CONFLICTS));
    assertEquals(1, of(counters, MemoryCounter.SHARED_REQUESTS));
  }

  @ParameterizedTest
  @CsvSource({"16, 0", "128, 28", "144, 0", "32, 4"})
  void rowsOfMatrices(int pitch, int conflicts) {
    String body =
        "mul.lo.u32 %r2, %t, " + pitch + "; mov.u32 %r3, tile; add.u32 %r2, %r2, %r3;"
            + "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r4, %r5, %r6, %r7}, [%r2];";
    Counters counters = count(body, 1, 32);
    assertEquals(conflicts, of(counters, MemoryCounter.BANK_CONFLICTS));
    assertEquals(4 + conflicts, of(counters, MemoryCounter.SHARED_WAVEFRONTS));
    assertEquals(512, of(counters, MemoryCounter.SHARED_BYTES_READ));
  }

  /** Arrivals take turns; to ask for a phase is one read for all lanes. */
  @ParameterizedTest
  @CsvSource({
    "'mbarrier.arrive.shared.b64 %rd1, [tile]', 30",
    "'mbarrier.test_wait.parity.shared.b64 %p, [tile], 1', 0",
  })
  void mbarriers(String instruction, int conflicts) {
    String body = "setp.eq.u32 %p, %t, 0; @%p mbarrier.init.shared.b64 [tile], 32; bar.sync 0; " + instruction + ";";
    Counters counters = count(body, 1, 32);
    assertEquals(conflicts, of(counters, MemoryCounter.BANK_CONFLICTS));
  }

  @Test
  void atomicsOnOneWordTakeTurns() {
    Counters counters =
        count("red.shared.add.u32 [tile], 1; red.global.add.u32 [%x], 1; atom.global.cas.b32 %r1, [%x], 1, 2;", 1, 64);
    assertEquals(64, of(counters, MemoryCounter.SHARED_ATOMICS));
    assertEquals(64, of(counters, MemoryCounter.SHARED_WAVEFRONTS));
    assertEquals(128, of(counters, MemoryCounter.GLOBAL_ATOMICS));
    assertEquals(4, of(counters, MemoryCounter.GLOBAL_SECTORS_WRITTEN));
  }

  @Test
  void localMemory() {
    Counters counters = count("st.local.u32 [own], %t; ld.local.u32 %r1, [own];", 1, 32);
    assertEquals(256, of(counters, MemoryCounter.LOCAL_BYTES));
    assertEquals(0, of(counters, MemoryCounter.GLOBAL_REQUESTS));
  }

  @Test
  void asyncCopiesInFlight() {
    String body =
        """
        mul.wide.u32 %a, %t, 16; add.u64 %a, %a, %x;
        shl.b32 %r2, %t, 4; mov.u32 %r3, tile; add.u32 %r2, %r2, %r3;
        cp.async.cg.shared.global [%r2], [%a], 16;
        cp.async.commit_group;
        cp.async.cg.shared.global [%r2+512], [%a], 16;
        cp.async.commit_group;
        cp.async.wait_group 1;
        cp.async.cg.shared.global [%r2+1024], [%a], 16;
        cp.async.wait_all;
        """;
    Counters counters = count(body, 3, 32);
    assertEquals(3 * 96, of(counters, MemoryCounter.ASYNC_COPIES));
    assertEquals(3 * 96 * 16, of(counters, MemoryCounter.ASYNC_BYTES));
    assertEquals(3 * 96 * 16, of(counters, MemoryCounter.SHARED_BYTES_WRITTEN));
    assertEquals(3 * 96 * 16, of(counters, MemoryCounter.GLOBAL_BYTES_READ));
    assertEquals(1024, counters.asyncBytesInFlight(), "two of the three at a time");
  }

  @Test
  void linesAndDivergence() {
    String body =
        """
        setp.lt.u32 %p, %t, 40;
        @%p bra LOW;
        add.u32 %r1, %t, 1;
        bra DONE;
        LOW:
        add.u32 %r1, %t, 2;
        add.u32 %r1, %t, 3;
        DONE:
        st.global.u32 [%x], 1;
        """;
    LaunchResult result = run(body, 1, 64);
    Counters counters = result.counters().orElseThrow();
    LineCounters branch = line(counters, "@%p bra LOW");
    assertEquals(2, branch.warps());
    assertEquals(64, branch.threads());
    assertEquals(1, branch.divergences(), "of the second warp only");
    assertEquals(2, line(counters, "add.u32 %r1, %t, 2").warps());
    assertEquals(40, line(counters, "add.u32 %r1, %t, 2").threads());
    assertEquals(1, line(counters, "add.u32 %r1, %t, 1").warps());
    assertEquals(24, line(counters, "add.u32 %r1, %t, 1").threads());
    assertEquals(13, branch.line());
    assertEquals(1, result.divergences());
    assertEquals(5, counters.classes().get("integer").warps());
    assertEquals(1, counters.classes().get("control").divergences());
    assertEquals(result.warpInstructions(), counters.lines().stream().mapToLong(LineCounters::warps).sum());
    assertEquals(result.threadInstructions(), counters.lines().stream().mapToLong(LineCounters::threads).sum());
  }

  private static LineCounters line(Counters counters, String instruction) {
    return counters.lines().stream().filter(it -> it.instruction().equals(instruction)).findFirst().orElseThrow();
  }

  @Test
  void tensorOperationsByKind() {
    String f16 = "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32";
    String s8 = "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32";
    String body =
        f16 + " {%f0, %f1, %f2, %f3}, {%t, %t, %t, %t}, {%t, %t}, {0f00000000, 0f00000000, 0f00000000, 0f00000000};\n"
            + s8 + " {%r1, %r2, %r3, %r4}, {%t, %t, %t, %t}, {%t, %t}, {0, 0, 0, 0};";
    Counters counters = count(body + "\n" + body, 5, 64);
    assertEquals(Map.of(f16, 20L, s8, 20L), counters.tensorOperations());
  }

  @Test
  void nothingIsCountedUnasked() {
    try (Machine machine = Machine.builder().build()) {
      PtxKernel kernel = machine.load(HEAD + "ret;}", "k.ptx").kernel("k");
      LaunchResult result = machine.launch(kernel, LaunchConfig.of(1, 1), Argument.of(0L), Argument.of(0L));
      assertTrue(result.counters().isEmpty());
    }
  }

  @Test
  void rooflineNamesWhatBinds() {
    Rates a100 = Rates.of(new Target(80, ""));
    String index =
        "mov.u32 %r1, %ctaid.x; mad.lo.u32 %r1, %r1, 256, %t; and.b32 %r1, %r1, 0xffff;"
            + "mul.wide.u32 %a, %r1, 16; add.u64 %a, %a, %x;";
    String one = "mov.f32 %f1, 0f3F800000;";
    String rows = "shl.b32 %r2, %t, 5; mov.u32 %r3, tile; add.u32 %r2, %r2, %r3;";
    Map<Resource, String> bound =
        Map.of(
            Resource.SPECIAL, one + "ex2.approx.f32 %f1, %f1;".repeat(40),
            Resource.FP32, one + "fma.rn.f32 %f1, %f1, %f1, %f1;".repeat(40),
            Resource.SHARED, rows + "ld.shared.u32 %r4, [%r2];".repeat(9));
    bound.forEach((resource, body) -> assertEquals(resource, roofline(body, 4, 256, a100).binding()));
    String stream = index + "ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%a];";
    assertEquals(Resource.DRAM, roofline(stream, 256, 256, a100).binding());
    // 108 SMs: of 109 blocks one SM has two.
    String work = "mov.f32 %f1, 0f3F800000;" + "fma.rn.f32 %f1, %f1, %f1, %f1;".repeat(63);
    Roofline full = roofline(work, 108, 32, a100);
    assertEquals(63 * 32 / 64.0 / 1.41e9, full.modelledSeconds(), 1e-15);
    assertEquals(2 * full.modelledSeconds(), roofline(work, 109, 32, a100).modelledSeconds(), 1e-15);
  }

  private static Roofline roofline(String body, int grid, int block, Rates rates) {
    return Roofline.of(count(body, grid, block), grid, rates);
  }

  @ParameterizedTest
  @CsvSource({
    "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32, F16_TO_F32, 2048",
    "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16, F16, 2048",
    "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32, TF32, 1024",
    "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e5m2.f32, F8_TO_F32, 4096",
    "mma.sync.aligned.m16n8k64.row.col.s32.u4.s4.s32, S4, 8192",
    "mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64, F64, 256",
    "mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc, B1, 32768",
    "mma.sp.sync.aligned.m16n8k32.row.col.f32.bf16.bf16.f32, F16_TO_F32, 2048",
    "wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32, F16_TO_F32, 4096",
    "wmma.mma.sync.aligned.row.col.m16n16k16.f32.bf16.bf16.f32, F16_TO_F32, 4096",
    "wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16, F16_TO_F32, 131072",
    "mma.sync.aligned.m16n8k64.row.col.kind::mxf4.block_scale.scale_vec::2X.f32.e2m1.e2m1.f32.ue8m0, F4, 8192",
  })
  void kindsOfTensorOperations(String opcode, TensorKind kind, long multiplyAdds) {
    assertEquals(kind, TensorKind.of(opcode));
    assertEquals(multiplyAdds, TensorKind.multiplyAdds(opcode));
  }
}
