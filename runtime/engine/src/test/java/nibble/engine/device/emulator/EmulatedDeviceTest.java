package nibble.engine.device.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.ValueLayout;
import java.util.List;
import nibble.codegen.target.Targets;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceBuffer;
import nibble.engine.device.DeviceEvent;
import nibble.engine.device.DeviceException;
import nibble.engine.device.DeviceModule;
import nibble.engine.device.DeviceStream;
import nibble.engine.device.Dim3;
import nibble.engine.device.HostBuffer;
import nibble.engine.device.KernelArgument;
import nibble.engine.device.Launch;
import nibble.engine.device.MemoryStatistics.LiveBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmulatedDeviceTest {
  /** Adds a number to each of the integers that the threads index. */
  private static final String ADD = """
      .version 7.0
      .target sm_80
      .address_size 64
      .visible .entry add(.param .u64 data, .param .u32 number)
      .maxntid 64, 1, 1
      {
        .reg .b32 %r<6>;
        .reg .b64 %rd<4>;
        ld.param.u64 %rd1, [data];
        ld.param.u32 %r1, [number];
        mov.u32 %r2, %ctaid.x;
        mov.u32 %r3, %ntid.x;
        mov.u32 %r4, %tid.x;
        mad.lo.u32 %r2, %r2, %r3, %r4;
        mad.wide.u32 %rd2, %r2, 4, %rd1;
        ld.global.u32 %r5, [%rd2];
        add.u32 %r5, %r5, %r1;
        st.global.u32 [%rd2], %r5;
        ret;
      }
      """;

  private final Device device = new EmulatorProvider(Targets.get("sm_80")).open(0);
  private final DeviceStream stream = device.stream();

  @AfterEach
  void close() {
    device.close();
  }

  private DeviceBuffer upload(String name, int... values) {
    HostBuffer host = device.allocateHost(4L * values.length);
    for (int i = 0; i < values.length; i++) {
      host.segment().setAtIndex(ValueLayout.JAVA_INT, i, values[i]);
    }
    DeviceBuffer buffer = device.allocate(name, 4L * values.length);
    stream.copyIn(host, 0, buffer, 0, buffer.size());
    return buffer;
  }

  private int[] download(DeviceBuffer buffer) {
    HostBuffer host = device.allocateHost(buffer.size());
    stream.copyOut(buffer, 0, host, 0, buffer.size());
    stream.synchronize();
    return host.segment().toArray(ValueLayout.JAVA_INT);
  }

  private Launch add(DeviceBuffer data, int number, int blocks, int threads) {
    return new Launch(device.load("add", ADD).kernel("add"), Dim3.of(blocks), Dim3.of(threads), 0,
        ImmutableList.of(new KernelArgument.Address(data), new KernelArgument.U32(number)));
  }

  @Test
  void aKernelRunsOnWhatWasCopiedIn() {
    DeviceBuffer data = upload("data", 1, 2, 3, 4, 5, 6);
    stream.launch(add(data, 10, 3, 2));
    assertArrayEquals(new int[] {11, 12, 13, 14, 15, 16}, download(data));
  }

  @Test
  void buffersAreCopiedAndFilledInPlaces() {
    DeviceBuffer from = upload("from", 1, 2, 3, 4);
    DeviceBuffer to = upload("to", 0, 0, 0, 0);
    stream.copy(from, 4, to, 8, 8);
    stream.fill(to, 0, 4, (byte) -1);
    assertArrayEquals(new int[] {-1, 0, 2, 3}, download(to));
  }

  @Test
  void itIsWhatItStandsFor() {
    assertEquals("emulator", device.info().name());
    assertEquals("sm_80", device.info().target());
    assertTrue(device.info().description().contains("sm_80"), device.info().description());
    assertEquals(1024, device.info().maxThreadsPerBlock());
    assertEquals(163 << 10, device.info().maxSharedBytesPerBlock());
    assertTrue(device.memory().freeBytes() <= device.memory().totalBytes());
    assertEquals(99 << 10, new EmulatorProvider(Targets.get("sm_89")).open(0).info().maxSharedBytesPerBlock());
  }

  @Test
  void openBuffersAreCounted() {
    DeviceBuffer a = device.allocate("a", 100);
    DeviceBuffer b = device.allocate("b", 50);
    assertEquals(150, device.statistics().usedBytes());
    a.close();
    a.close();
    assertTrue(a.isClosed());
    assertFalse(b.isClosed());
    assertEquals(50, device.statistics().usedBytes());
    assertEquals(150, device.statistics().peakBytes());
    assertEquals(2, device.statistics().allocations());
    assertEquals(List.of(new LiveBuffer("b", 50)), device.statistics().live());
  }

  @Test
  void anAccessOutsideOfABufferIsAFaultThatNamesIt() {
    DeviceBuffer data = upload("data", 1, 2, 3, 4, 5);
    device.allocate("behind", 400);
    DeviceException fault = assertThrows(DeviceException.class, () -> stream.launch(add(data, 1, 3, 2)));
    assertTrue(fault.getMessage().contains("'data' of 20 bytes"), fault.getMessage());
    assertTrue(fault.getMessage().contains("in kernel add, PTX line"), fault.getMessage());
  }

  @Test
  void aClosedBufferIsNoArgument() {
    DeviceBuffer data = upload("data", 1, 2);
    Launch launch = add(data, 1, 1, 2);
    data.close();
    assertThrows(IllegalStateException.class, () -> stream.launch(launch));
  }

  @Test
  void launchesKeepTheLimitsOfKernelAndTarget() {
    DeviceBuffer data = upload("data", new int[65]);
    assertThrows(DeviceException.class, () -> stream.launch(add(data, 1, 1, 65)));
    Launch launch = add(data, 1, 1, 1);
    Launch greedy = new Launch(launch.kernel(), launch.grid(), launch.block(), 200 << 10, launch.arguments());
    DeviceException refused = assertThrows(DeviceException.class, () -> stream.launch(greedy));
    assertTrue(refused.getMessage().contains("bytes of shared memory"), refused.getMessage());
    Launch wrong = new Launch(launch.kernel(), launch.grid(), launch.block(), 0, ImmutableList.of());
    assertThrows(DeviceException.class, () -> stream.launch(wrong));
  }

  @Test
  void wrongPtxIsRefusedWithItsPlace() {
    DeviceException refused = assertThrows(DeviceException.class, () ->
        device.load("bad", ADD.replace("add.u32 %r5, %r5, %r1;", "add.u32 %r5, %r5, %r9;")));
    assertTrue(refused.getMessage().startsWith("the PTX machine refuses bad:"), refused.getMessage());
    assertTrue(refused.getMessage().contains("%r9"), refused.getMessage());
  }

  @Test
  void modulesKnowTheirKernels() {
    try (DeviceModule module = device.load("add", ADD)) {
      assertEquals("add.ptx", module.name());
      assertEquals(64, module.kernel("add").resources().maxThreadsPerBlock());
      DeviceException unknown = assertThrows(DeviceException.class, () -> module.kernel("sub"));
      assertTrue(unknown.getMessage().contains("sub"), unknown.getMessage());
    }
  }

  @Test
  void eventsMeasureTime() {
    try (DeviceEvent start = device.event(); DeviceEvent end = device.event()) {
      assertFalse(start.isReached());
      stream.record(start);
      stream.launch(add(upload("data", 1, 2), 1, 1, 2));
      stream.record(end);
      stream.waitFor(end);
      end.synchronize();
      assertTrue(start.isReached() && end.isReached());
      assertTrue(end.millisecondsSince(start) > 0);
    }
  }

  @Test
  void closingGivesEverythingBack() {
    Device other = new EmulatorProvider(Targets.get("sm_80")).open(0);
    DeviceBuffer left = other.allocate("left", 10);
    other.load("add", ADD);
    other.close();
    assertEquals("", other.statistics().leakReport());
    assertEquals(10, left.size());
  }
}
