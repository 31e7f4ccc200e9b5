package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import nibble.emulator.KernelRun;
import nibble.emulator.LaunchConfig;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code transpose.cu}: tiles in shared memory, blocks of two dimensions, bytes. */
class TransposeTest {
  private static final String SOURCE = "transpose";

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void transposesRaggedMatrices(CudaPtx ptx) {
    int height = 50;
    int width = 71;
    float[] in = new float[height * width];
    float[] expected = new float[height * width];
    for (int i = 0; i < in.length; i++) {
      in[i] = i;
      expected[i % width * height + i / width] = i;
    }
    LaunchConfig config =
        LaunchConfig.of(new LaunchConfig.Extent(3, 2, 1), new LaunchConfig.Extent(32, 8, 1));
    KernelRun.Outcome outcome =
        ptx.kernel("transpose").config(config)
            .floats("in", in).buffer("out", 4 * in.length).argument(height).argument(width)
            .run();
    assertArrayEquals(expected, outcome.floats("out"));
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void transposesBytes(CudaPtx ptx) {
    byte[] in = new byte[64 * 64];
    new Random(1).nextBytes(in);
    byte[] expected = new byte[in.length];
    for (int i = 0; i < in.length; i++) {
      expected[i % 64 * 64 + i / 64] = in[i];
    }
    LaunchConfig config =
        LaunchConfig.of(new LaunchConfig.Extent(1, 1, 1), new LaunchConfig.Extent(16, 64, 1));
    KernelRun.Outcome outcome =
        ptx.kernel("transpose_bytes").config(config).buffer("in", in).buffer("out", in.length).run();
    assertArrayEquals(expected, outcome.buffers().get("out"));
  }
}
