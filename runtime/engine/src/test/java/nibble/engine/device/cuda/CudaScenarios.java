package nibble.engine.device.cuda;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import nibble.engine.device.ChosenDevice;
import nibble.engine.device.Device;
import nibble.engine.device.DeviceBuffer;
import nibble.engine.device.DeviceChoice;
import nibble.engine.device.DeviceEvent;
import nibble.engine.device.DeviceException;
import nibble.engine.device.DeviceInfo;
import nibble.engine.device.DeviceKernel;
import nibble.engine.device.DeviceModule;
import nibble.engine.device.DeviceRequest;
import nibble.engine.device.DeviceStream;
import nibble.engine.device.Dim3;
import nibble.engine.device.HostBuffer;
import nibble.engine.device.KernelArgument;
import nibble.engine.device.Launch;
import nibble.engine.device.MemoryDevice;
import nibble.engine.device.StagedCopies;
import nibble.engine.device.TensorView;

/** What the tests of the CUDA device do, each in a JVM of its own: the driver is loaded once in a JVM. */
final class CudaScenarios {
  private static final String PTX = """
      .version 7.0
      .target sm_80
      .address_size 64
      // fake: info used 42 registers
      // fake: shared 1024
      .visible .entry increment(
        .param .u64 address,
        .param .u32 count
      ) { ret; }
      .visible .entry many(
        .param .u64 a, .param .u64 b, .param .s32 c, .param .u32 d, .param .f32 e, .param .u64 f
      ) { ret; }
      .visible .entry mapped(
        .param .u64 a, .param .align 64 .b8 map_0[128]
      ) { ret; }
      """;

  private CudaScenarios() {}

  public static void main(String[] arguments) throws Exception {
    try {
      run(arguments[0]);
    } catch (DeviceException e) {
      System.out.println("DeviceException: " + e.getMessage());
      e.hint().ifPresent(hint -> System.out.println("hint: " + hint));
      for (Throwable second : e.getSuppressed()) {
        System.out.println("then: " + second.getMessage());
      }
      System.exit(4);
    }
  }

  private static void run(String scenario) throws Exception {
    switch (scenario) {
      case "describe" -> describe();
      case "arguments" -> arguments();
      case "tensorMap" -> tensorMap();
      case "ordering" -> ordering();
      case "staged" -> staged();
      case "timing" -> timing();
      case "refusedPtx" -> refusedPtx();
      case "noKernel" -> noKernel();
      case "outOfMemory" -> outOfMemory();
      case "sharedMemory" -> sharedMemory();
      case "leaks" -> leaks();
      case "twoDevices" -> twoDevices();
      case "threads" -> threads();
      case "auto" -> choose("auto");
      case "cuda1" -> choose("cuda:1");
      default -> throw new IllegalArgumentException(scenario);
    }
  }

  private static Device open(int index) {
    return CudaDriver.find().open(index);
  }

  private static void describe() {
    try (Device device = open(0)) {
      DeviceInfo info = device.info();
      System.out.println(info);
      System.out.println(device.memory());
    }
  }

  private static void arguments() {
    try (Device device = open(0);
        DeviceModule module = device.load("test", PTX);
        DeviceStream stream = device.stream();
        DeviceBuffer first = device.allocate("first", 1000);
        DeviceBuffer second = device.allocate("second", 300)) {
      System.out.println(module.log());
      DeviceKernel kernel = module.kernel("many");
      System.out.println(kernel.resources());
      stream.launch(new Launch(kernel, new Dim3(7, 2, 3), Dim3.of(32, 4), 16, ImmutableList.of(
          new KernelArgument.Address(first), new KernelArgument.Address(second, 12), new KernelArgument.S32(-2),
          new KernelArgument.U32(0x89abcdef), new KernelArgument.F32(-1.5f),
          new KernelArgument.U64(0x1122334455667788L))));
      stream.synchronize();
    }
  }

  private static void tensorMap() {
    try (Device device = open(0);
        DeviceModule module = device.load("test", PTX);
        DeviceStream stream = device.stream();
        DeviceBuffer buffer = device.allocate("matrix", 4096)) {
      KernelArgument map = device.tensorMap(new TensorView(
          buffer, 256, 2, ImmutableLongArray.of(40, 7, 3), ImmutableLongArray.of(96, 1024),
          ImmutableIntArray.of(64, 128, 1), 128));
      stream.launch(new Launch(module.kernel("mapped"), Dim3.of(1), Dim3.of(32), 0, ImmutableList.of(
          new KernelArgument.Address(buffer), map)));
      stream.synchronize();
    }
  }

  private static Launch increment(DeviceModule module, DeviceBuffer buffer, int count) {
    return new Launch(module.kernel("increment"), Dim3.of(1), Dim3.of(32), 0,
        ImmutableList.of(new KernelArgument.Address(buffer), new KernelArgument.U32(count)));
  }

  /** One stream fills, another waits for it, adds and copies out. */
  private static void ordering() {
    try (Device device = open(0);
        DeviceModule module = device.load("test", PTX);
        DeviceStream producer = device.stream();
        DeviceStream consumer = device.stream();
        DeviceEvent filled = device.event();
        DeviceBuffer buffer = device.allocate("buffer", 64);
        DeviceBuffer copy = device.allocate("copy", 64);
        HostBuffer host = device.allocateHost(64)) {
      producer.fill(buffer, 0, 64, (byte) 7);
      producer.record(filled);
      consumer.waitFor(filled);
      consumer.launch(increment(module, buffer, 32));
      consumer.copy(buffer, 0, copy, 0, 64);
      consumer.copyOut(copy, 0, host, 0, 64);
      System.out.println("before " + (host.segment().get(ValueLayout.JAVA_BYTE, 0) & 0xff) + " " + filled.isReached());
      consumer.synchronize();
      System.out.println(
          "after " + host.segment().get(ValueLayout.JAVA_BYTE, 31) + " " + host.segment().get(ValueLayout.JAVA_BYTE, 32)
              + " " + filled.isReached());
    }
  }

  private static void staged() {
    byte[] bytes = new byte[10_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 >>> 3);
    }
    byte[] original = bytes.clone();
    MemorySegment back = MemorySegment.ofArray(new byte[bytes.length]);
    try (Device device = open(0);
        DeviceStream stream = device.stream();
        DeviceBuffer buffer = device.allocate("buffer", bytes.length + 8);
        StagedCopies copies = new StagedCopies(device, stream, 1024, 2)) {
      copies.copyIn(MemorySegment.ofArray(bytes), buffer, 8);
      Arrays.fill(bytes, (byte) 0);
      copies.copyOut(buffer, 8, back);
    }
    System.out.println(back.mismatch(MemorySegment.ofArray(original)));
  }

  private static void timing() {
    try (Device device = open(0);
        DeviceStream stream = device.stream();
        DeviceEvent from = device.event();
        DeviceEvent to = device.event()) {
      stream.record(from);
      stream.record(to);
      to.synchronize();
      System.out.println(to.millisecondsSince(from));
    }
  }

  private static void refusedPtx() {
    try (Device device = open(0)) {
      device.load("gemm_1", "// fake: error ptxas, line 12; fatal: Unknown symbol 'x'\n" + PTX);
    }
  }

  private static void noKernel() {
    try (Device device = open(0); DeviceModule module = device.load("test", PTX)) {
      module.kernel("gone");
    }
  }

  private static void outOfMemory() {
    try (Device device = open(0); DeviceBuffer small = device.allocate("weights", 1 << 20)) {
      System.out.println(small.size());
      device.allocate("activations", 1L << 31);
    }
  }

  private static void sharedMemory() {
    try (Device device = open(0);
        DeviceModule module = device.load("test", PTX);
        DeviceStream stream = device.stream();
        DeviceBuffer buffer = device.allocate("buffer", 64)) {
      Launch small = increment(module, buffer, 1);
      DeviceKernel kernel = small.kernel();
      for (int bytes : new int[] {48_000, 100_000, 90_000, 120_000}) {
        stream.launch(new Launch(kernel, small.grid(), small.block(), bytes, small.arguments()));
      }
      try {
        stream.launch(new Launch(kernel, small.grid(), small.block(), 232_000, small.arguments()));
      } catch (DeviceException e) {
        System.out.println(e.getMessage() + " | " + e.hint().orElse(""));
      }
      stream.launch(new Launch(kernel, small.grid(), Dim3.of(513), 0, small.arguments()));
    }
  }

  private static void leaks() {
    Device device = open(0);
    device.load("test", PTX);
    DeviceStream stream = device.stream();
    stream.record(device.event());
    device.allocateHost(100);
    device.allocate("first", 1000);
    device.allocate("second", 300);
    System.out.println(device.statistics().leakReport());
    device.close();
    device.close();
    System.out.println(device.statistics().leakReport().isEmpty());
  }

  private static void twoDevices() {
    try (Device first = open(0); Device second = open(1)) {
      first.allocate("a", 10);
      second.allocate("b", 10);
      System.out.println(first.info().name() + " " + second.info().name() + " " + second.info().description());
    }
  }

  private static void threads() throws InterruptedException {
    try (Device device = open(0)) {
      Thread other = new Thread(() -> {
        device.allocate("a", 10).close();
        System.out.println("done");
      });
      other.start();
      other.join();
    }
  }

  private static void choose(String request) {
    DeviceChoice choice = new DeviceChoice(CudaDriver.find(), MemoryDevice.provider("emulator"));
    try (ChosenDevice chosen = choice.open(DeviceRequest.parse(request))) {
      System.out.println(chosen.name() + " | " + chosen.reason());
    }
  }
}
