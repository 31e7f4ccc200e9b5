package nibble.engine.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.Test;

class LaunchTest {
  private static final DeviceInfo DEVICE = new DeviceInfo("gpu", "", "sm_80", 1, 1024, 48 << 10, 100 << 10, 0);

  private record Kernel(String name, KernelResources resources) implements DeviceKernel {}

  private static Launch launch(int threads, int sharedBytes) {
    Kernel kernel = new Kernel("k", new KernelResources(128, 1000, 0, 512));
    return new Launch(kernel, Dim3.of(1), Dim3.of(threads), sharedBytes, ImmutableList.of());
  }

  @Test
  void limitsAreThoseOfKernelAndDevice() {
    assertDoesNotThrow(() -> launch(512, (100 << 10) - 1000).requireFits(DEVICE));
    assertEquals(
        "kernel k can't be launched with 513 threads a block: it allows 512 on gpu (128 registers a thread)",
        assertThrows(DeviceException.class, () -> launch(513, 0).requireFits(DEVICE)).getMessage());
    assertEquals(
        "kernel k asks for 102401 bytes of shared memory a block; gpu has 102400",
        assertThrows(DeviceException.class, () -> launch(1, (100 << 10) - 999).requireFits(DEVICE)).getMessage());
    assertThrows(DeviceException.class, () -> launch(1, -1).requireFits(DEVICE));
    assertThrows(IllegalArgumentException.class, () -> new Dim3(1, 0, 1));
  }

  @Test
  void argumentsAreLittleEndian() {
    assertArrayEquals(new byte[] {4, 3, 2, 1}, new KernelArgument.U32(0x01020304).bytes());
    assertArrayEquals(new byte[] {-1, -1, -1, -1}, new KernelArgument.S32(-1).bytes());
    assertArrayEquals(new byte[] {0, 0, (byte) 0x80, 0x3f}, new KernelArgument.F32(1).bytes());
    assertArrayEquals(new byte[] {8, 7, 6, 5, 4, 3, 2, 1}, new KernelArgument.U64(0x0102030405060708L).bytes());
  }

  @Test
  void anAddressIsThatOfAPlaceInAnOpenBuffer() {
    try (Device device = new MemoryDevice("memory")) {
      device.allocate("before", 256);
      DeviceBuffer buffer = device.allocate("buffer", 16);
      assertArrayEquals(new byte[] {8, 1, 0, 0, 0, 0, 0, 0}, new KernelArgument.Address(buffer, 8).bytes());
      assertThrows(IllegalArgumentException.class, () -> new KernelArgument.Address(buffer, 17));
      KernelArgument argument = new KernelArgument.Address(buffer);
      buffer.close();
      assertThrows(IllegalStateException.class, argument::bytes);
    }
  }
}
