package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import nibble.emulator.table.Fidelity;
import org.junit.jupiter.api.Test;

/** The machine as its users see it: memory, programs, launches at the same time, what a launch tells. */
class MachineTest {
  private static final String ADD_ONE =
      KernelRun.module(
          "sm_80", "7.0", ".param .u64 x",
          """
          .reg .b32 %r<4>; .reg .b64 %rd<4>;
          ld.param.u64 %rd0, [x];
          mov.u32 %r0, %ctaid.x; mov.u32 %r1, %ntid.x; mov.u32 %r2, %tid.x;
          mad.lo.u32 %r0, %r0, %r1, %r2;
          mul.wide.u32 %rd1, %r0, 4;
          add.u64 %rd0, %rd0, %rd1;
          ld.global.u32 %r3, [%rd0];
          add.u32 %r3, %r3, 1;
          st.global.u32 [%rd0], %r3;
          ret;
          """);

  @Test
  void memory() {
    try (Machine machine = Machine.builder().workers(1).build()) {
      DeviceMemory memory = machine.memory();
      Allocation a = memory.allocate(100, "a");
      Allocation b = memory.allocate(new byte[] {1, 2, 3}, "b");
      assertEquals(103, memory.bytesInUse());
      assertEquals(0, a.address() % 256);
      assertEquals("a (100 bytes at 0x1000000000)", a.toString());
      assertArrayEquals(new byte[100], a.read());
      assertEquals(List.of("a", "b"), memory.allocations().stream().map(Allocation::name).toList());
      a.write(MemorySegment.ofArray(new byte[] {9, 8}), 50);
      assertEquals(9, a.read()[50]);
      ByteBuffer buffer = ByteBuffer.allocate(3);
      b.read(buffer);
      assertArrayEquals(new byte[] {1, 2, 3}, buffer.array());
      assertThrows(IndexOutOfBoundsException.class, () -> b.write(new byte[4]));
      memory.free(a);
      assertEquals(3, memory.bytesInUse());
      assertEquals(List.of("b"), memory.allocations().stream().map(Allocation::name).toList());
      assertThrows(IllegalArgumentException.class, () -> memory.allocate(-1, "negative"));
    }
  }

  @Test
  void programsHaveVariablesOfTheirOwn() {
    String ptx =
        """
        .version 7.0
        .target sm_80
        .visible .global .align 4 .b32 counter = 5;
        .const .b8 text[3] = {1, 2, 3};
        .visible .entry bump() {
          .reg .b32 %r;
          ld.global.u32 %r, [counter];
          add.u32 %r, %r, 1;
          st.global.u32 [counter], %r;
          ret;
        }
        .entry other() { ret; }
        """;
    try (Machine machine = Machine.builder().workers(1).build()) {
      PtxProgram first = machine.load(ptx, "first.ptx");
      PtxProgram second = machine.load(ptx, "second.ptx");
      assertEquals(List.of("bump", "other"), first.kernels().stream().map(PtxKernel::name).toList());
      machine.launch(first.kernel("bump"), LaunchConfig.of(1, 1));
      assertEquals(6, first.variable("counter").orElseThrow().read()[0]);
      assertEquals(5, second.variable("counter").orElseThrow().read()[0]);
      assertArrayEquals(new byte[] {1, 2, 3}, first.variable("text").orElseThrow().read());
      assertTrue(first.variable("nothing").isEmpty());
      assertEquals(14, machine.memory().bytesInUse());
      first.close();
      assertEquals(7, machine.memory().bytesInUse());
      KernelFault fault =
          assertThrows(KernelFault.class, () -> machine.launch(first.kernel("bump"), LaunchConfig.of(1, 1)));
      assertEquals(KernelFault.Kind.USE_AFTER_FREE, fault.kind());
    }
  }

  @Test
  void severalThreadsMayLaunchAtOnce() throws Exception {
    try (Machine machine = Machine.builder().workers(2).build();
        ExecutorService users = Executors.newFixedThreadPool(4)) {
      PtxKernel kernel = machine.load(ADD_ONE, "add.ptx").kernel("k");
      List<Allocation> buffers = new ArrayList<>();
      List<Future<LaunchResult>> launches = new ArrayList<>();
      for (int user = 0; user < 8; user++) {
        Allocation x = machine.memory().allocate(4 * 32 * 20, "x" + user);
        buffers.add(x);
        for (int launch = 0; launch < 5; launch++) {
          // Launches of one user's buffer add to it one after the other.
          LaunchResult done = machine.launch(kernel, LaunchConfig.of(20, 32), Argument.of(x));
          assertEquals(20, done.blocks());
        }
        launches.add(users.submit(() -> machine.launch(kernel, LaunchConfig.of(20, 32), Argument.of(x))));
      }
      for (Future<LaunchResult> launch : launches) {
        launch.get();
      }
      for (Allocation x : buffers) {
        ByteBuffer bytes = ByteBuffer.wrap(x.read()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 32 * 20; i++) {
          assertEquals(6, bytes.getInt(4 * i));
        }
      }
    }
  }

  @Test
  void whatALaunchTells() {
    KernelRun.Outcome outcome = KernelRun.of(ADD_ONE).grid(3, 40).buffer("x", 4 * 120).run();
    LaunchResult result = outcome.result();
    assertEquals(3, result.blocks());
    // Eleven instructions, by two warps of each block, of 40 threads.
    assertEquals(11 * 6, result.warpInstructions());
    assertEquals(11 * 120, result.threadInstructions());
    assertEquals(0, result.divergences());
    assertEquals(0, result.barriers());
    assertEquals(0, result.tensorOperations());
    assertEquals(4 * 120, result.globalBytesRead());
    assertEquals(4 * 120, result.globalBytesWritten());
    assertEquals(Map.of(Fidelity.EXACT, 66L), result.fidelity());
    Map<String, Long> forms =
        result.forms().entrySet().stream()
            .collect(Collectors.toMap(it -> it.getKey().text().split("\\.")[0], Map.Entry::getValue, Long::sum));
    assertEquals(
        Map.of("ld", 12L, "mov", 18L, "mad", 6L, "mul", 6L, "add", 12L, "st", 6L, "ret", 6L),
        forms);
  }

  @Test
  void bytesOfSharedAndLocalMemoryAreNotGlobal() {
    String body =
        """
        .reg .b32 %r<4>; .reg .b64 %rd<4>;
        .shared .b32 tile[64]; .local .b32 depot[2];
        mov.u64 %rd0, tile; cvta.shared.u64 %rd0, %rd0; st.u32 [%rd0], 1; ld.u32 %r0, [%rd0];
        mov.u64 %rd0, depot; cvta.local.u64 %rd0, %rd0; st.u32 [%rd0], 1; ld.u32 %r0, [%rd0];
        atom.shared.add.u32 %r0, [tile], 1;
        ld.param.u64 %rd1, [x];
        ld.u32 %r1, [%rd1];
        atom.add.u32 %r1, [%rd1+4], 1;
        ret;
        """;
    LaunchResult result =
        KernelRun.of(KernelRun.module("sm_80", "7.0", ".param .u64 x", body)).buffer("x", 8).run().result();
    assertEquals(32 * 8, result.globalBytesRead());
    assertEquals(32 * 4, result.globalBytesWritten());
  }

  @Test
  void registersThatAreNeverAliveTogetherShareOne() {
    StringBuilder body = new StringBuilder(".reg .b32 %r<400>; .reg .b64 %rd; mov.u32 %r0, %tid.x;\n");
    for (int i = 1; i < 400; i++) {
      body.append("add.u32 %%r%d, %%r%d, %d;\n".formatted(i, i - 1, i));
    }
    body.append("ld.param.u64 %rd, [x];\nst.global.u32 [%rd], %r399;\nret;");
    try (Machine machine = Machine.builder().workers(1).build()) {
      PtxKernel kernel =
          machine.load(KernelRun.module("sm_80", "7.0", ".param .u64 x", body.toString()), "a.ptx").kernel("k");
      assertTrue(kernel.registers().words() <= 2, kernel.registers().toString());
      assertEquals(1, kernel.registers().longs());
    }
  }

  @Test
  void aMachineNeedsAWorker() {
    assertThrows(IllegalArgumentException.class, () -> Machine.builder().workers(0));
  }

  @Test
  void manyBlocksAreSpreadOverWorkers() {
    for (int workers : new int[] {1, 3, 8}) {
      KernelRun.Outcome outcome =
          KernelRun.of(ADD_ONE).machine(Machine.builder().workers(workers)).grid(500, 32).buffer("x", 4 * 16_000).run();
      for (int value : outcome.ints("x")) {
        assertEquals(1, value);
      }
    }
  }
}
