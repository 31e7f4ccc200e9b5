package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.IntStream;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.KernelRun;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.PtxProgram;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Kernels of {@code data.cu}: variables with initial values, constants, structures, local arrays, generic addresses.
 */
class DataTest {
  private static final String SOURCE = "data";
  private static final int[] PRIMES = {2, 3, 5, 7, 11, 13, 17, 19};

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void readsInitialValues(CudaPtx ptx) {
    KernelRun.Outcome outcome = ptx.kernel("read_tables").buffer("out", 4 * 6 * 32).run();
    float[][] factors = {{0.5f, 1.5f, -2.5f}, {1e-40f, 3e38f, 0}};
    double[] doubles = {1.0 / 3.0, -0.0, 1e300};
    int[] bytes = {1, 2, 3, 0, 255, 0, 0};
    String[] texts = {"zero", "one", "two"};
    int[] expected = new int[6 * 32];
    for (int i = 0; i < 32; i++) {
      expected[i] = PRIMES[i % 8];
      expected[32 + i] = Float.floatToRawIntBits(factors[i % 2][i % 3]);
      expected[64 + i] = (int) (Double.doubleToRawLongBits(doubles[i % 3]) >> 32);
      expected[96 + i] = bytes[i % 7];
      expected[128 + i] = 60 * (i + 1);
      expected[160 + i] = texts[i % 3].length() * 256 + texts[i % 3].charAt(0);
    }
    assertArrayEquals(expected, outcome.ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void variablesKeepTheirValuesBetweenLaunches(CudaPtx ptx) {
    try (Machine machine = Machine.builder().workers(1).build();
        PtxProgram program = machine.load(ptx.text(), ptx.name())) {
      Allocation counter = program.variable("counter").orElseThrow();
      assertArrayEquals(new byte[] {-7, -1}, counter.read());
      machine.launch(program.kernel("write_variable"), LaunchConfig.of(1, 32));
      machine.launch(program.kernel("write_variable"), LaunchConfig.of(1, 32));
      assertArrayEquals(new byte[] {-1, -1}, counter.read());
      counter.write(new byte[] {5, 0});
      machine.launch(program.kernel("write_variable"), LaunchConfig.of(1, 32));
      assertArrayEquals(new byte[] {8, 0}, counter.read());
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void readsStructuresByValue(CudaPtx ptx) {
    // struct Settings, as C++ lays it out.
    ByteBuffer settings = ByteBuffer.allocate(136).order(ByteOrder.LITTLE_ENDIAN);
    settings.put(0, (byte) -3).putShort(2, (short) 700).putInt(4, -90_000).putLong(8, 1L << 40);
    float[] factors = {0.5f, 2, -4};
    for (int i = 0; i < 3; i++) {
      settings.putFloat(16 + 4 * i, factors[i]);
    }
    for (int i = 0; i < 12; i++) {
      settings.putDouble(32 + 8 * i, i + 0.25);
    }
    ByteBuffer quad = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 4; i++) {
      quad.putFloat(4 * i, 10 * i);
    }
    int[] data = new Random(1).ints(32).toArray();
    try (Machine machine = Machine.builder().workers(1).build();
        PtxProgram program = machine.load(ptx.text(), ptx.name())) {
      Allocation array = machine.memory().allocate(128, "data");
      array.segment().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(data);
      settings.putLong(128, array.address());
      Allocation out = machine.memory().allocate(8 * 3 * 32, "out");
      machine.launch(
          program.kernel("read_struct"), LaunchConfig.of(1, 32),
          Argument.of(settings.array()), Argument.of(quad.array()), Argument.of((byte) 9), Argument.of(out));
      long[] found = new long[3 * 32];
      out.segment().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(found);
      for (int i = 0; i < 32; i++) {
        assertEquals(-3 + 700 - 90_000 + (1L << 40) + 9, found[i]);
        double expected = (i % 12 + 0.25) * factors[i % 3] + 10 * (i % 4);
        assertEquals(expected, Double.longBitsToDouble(found[32 + i]));
        assertEquals(data[i], found[64 + i]);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void indexesLocalArrays(CudaPtx ptx) {
    int[] in = new Random(2).ints(64, 1, 100_000).toArray();
    KernelRun.Outcome outcome = ptx.kernel("use_local").ints("in", in).buffer("out", 4 * 32).run();
    int[] expected = new int[32];
    for (int lane = 0; lane < 32; lane++) {
      String digits = new StringBuilder(Integer.toString(in[lane], 7)).reverse().toString();
      for (int i = 0; i < digits.length(); i++) {
        expected[lane] = expected[lane] * 10 + digits.charAt(in[32 + i] % digits.length()) - '0';
      }
    }
    assertArrayEquals(expected, outcome.ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void lanesReadDifferentSpacesAtOnce(CudaPtx ptx) {
    int[] in = {3, 50, 700, 9000};
    KernelRun.Outcome outcome = ptx.kernel("use_generic").ints("in", in).buffer("out", 4 * 32).run();
    int sum = IntStream.of(in).sum();
    int[] expected =
        IntStream.range(0, 32)
            .map(i -> i % 4 == 0 ? sum : i % 4 == 1 ? sum + 4 : i % 4 == 2 ? sum * (i + 1) : 2 + 3 + 5 + 7)
            .toArray();
    assertArrayEquals(expected, outcome.ints("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void copiesVectors(CudaPtx ptx) {
    byte[] a = new byte[4 * 32];
    byte[] b = new byte[4 * 32];
    byte[] c = new byte[16 * 32];
    Random random = new Random(3);
    random.nextBytes(a);
    random.nextBytes(b);
    random.nextBytes(c);
    KernelRun.Outcome outcome =
        ptx.kernel("copy_vectors")
            .buffer("a", a).buffer("b", b).buffer("c", c)
            .buffer("x", a.length).buffer("y", b.length).buffer("z", c.length)
            .run();
    assertArrayEquals(turned(a, 4, 1), outcome.buffers().get("x"));
    assertArrayEquals(turned(b, 2, 2), outcome.buffers().get("y"));
    assertArrayEquals(turned(c, 2, 8), outcome.buffers().get("z"));
  }

  /** The elements of each vector in reverse. */
  private static byte[] turned(byte[] in, int lanes, int bytes) {
    byte[] out = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      int element = i / bytes;
      int turned = element / lanes * lanes + lanes - 1 - element % lanes;
      out[turned * bytes + i % bytes] = in[i];
    }
    return out;
  }
}
