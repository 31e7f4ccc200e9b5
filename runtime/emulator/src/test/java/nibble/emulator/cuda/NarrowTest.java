package nibble.emulator.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import nibble.emulator.KernelRun;
import nibble.emulator.format.GoldenVectors;
import org.junit.jupiter.params.ParameterizedTest;

/** Kernels of {@code narrow.cu}: all codes, and all golden encodings, bit for bit. */
class NarrowTest {
  private static final String SOURCE = "narrow";

  private static final List<String> ENCODINGS =
      List.of(
          "e4m3_rn_satfinite", "e5m2_rn_satfinite", "e4m3_rn_nosat", "e5m2_rn_nosat", "e2m3_rn_satfinite",
          "e3m2_rn_satfinite", "e2m1_rn_satfinite", "ue8m0_rz_satfinite", "ue8m0_rp_satfinite");

  /** Each number stands in one pair with the one behind it. */
  private static KernelRun encode(CudaPtx ptx, String kernel, int[] numbers, int outputs) {
    int pairs = numbers.length - 1;
    int[] in = new int[2 * pairs];
    for (int i = 0; i < pairs; i++) {
      in[2 * i] = numbers[i];
      in[2 * i + 1] = numbers[i + 1];
    }
    return ptx.kernel(kernel).grid((pairs + 127) / 128, 128).ints("in", in).buffer("out", 4 * outputs * pairs)
        .argument(pairs);
  }

  private static void compare(
      int[] out, int outputs, int column, int bits, int[] numbers, int[] codes, int infinity) {
    for (int i = 0; i < numbers.length - 1; i++) {
      int pair = out[outputs * i + column];
      for (int half = 0; half < 2; half++) {
        float number = Float.intBitsToFloat(numbers[i + half]);
        int found = pair >>> half * bits & (1 << bits) - 1;
        int at = i + half;
        int second = half;
        if (Float.isNaN(number) && infinity > 0) {
          // The payload and sign of NaN are the header's own.
          assertTrue((found & 0x7fff) > infinity, () -> "NaN " + Integer.toHexString(found));
        } else {
          assertEquals(codes[at], found, () -> number + ", element " + second + " of output " + column);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void encodes(CudaPtx ptx) {
    int[] numbers = GoldenVectors.encoded("f32_bits");
    assertTrue(numbers.length > 13_000);
    int[] out = encode(ptx, "encode", numbers, ENCODINGS.size()).run().ints("out");
    for (int column = 0; column < ENCODINGS.size(); column++) {
      int bits = ENCODINGS.get(column).startsWith("e2m1") ? 4 : 8;
      int[] codes = GoldenVectors.encoded(ENCODINGS.get(column));
      compare(out, ENCODINGS.size(), column, bits, numbers, codes, 0);
    }
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void encodesHalves(CudaPtx ptx) {
    int[] numbers = GoldenVectors.encoded("f32_bits");
    int[] out = encode(ptx, "encode_halves", numbers, 2).run().ints("out");
    compare(out, 2, 0, 16, numbers, GoldenVectors.encoded("f16_rn"), 0x7c00);
    compare(out, 2, 1, 16, numbers, GoldenVectors.encoded("bf16_rn"), 0x7f80);
  }

  @ParameterizedTest(name = "{0}")
  @CudaSource(SOURCE)
  void decodes(CudaPtx ptx) {
    float[] out = ptx.kernel("decode").grid(1, 256).buffer("out", 4 * 6 * 256).run().floats("out");
    List<String> formats = List.of("e4m3", "e5m2", "e2m3", "e3m2", "e2m1", "ue8m0");
    for (int format = 0; format < formats.size(); format++) {
      float[] values = GoldenVectors.decoded(formats.get(format));
      for (int code = 0; code < 256; code++) {
        int own = code % values.length;
        assertEquals(values[own], out[6 * code + format], formats.get(format) + " " + own);
      }
    }
  }
}
