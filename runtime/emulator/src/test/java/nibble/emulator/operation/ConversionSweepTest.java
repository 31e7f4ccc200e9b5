package nibble.emulator.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.emulator.KernelRun;
import nibble.emulator.Tier;
import nibble.emulator.format.GoldenVectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code cvt} to narrower formats, over numbers drawn from all of single precision, and over the neighbourhood of every
 * place where the rounding changes; and over all codes of 16 bits. Results are compared with {@link NeighbourTable}.
 */
class ConversionSweepTest {
  private static final int RANDOM = 1 << 16;
  private static final Pattern SINGLE = Pattern.compile("cvt\\.(r\\w+)\\.(.*?)(f16|bf16|tf32)\\.f32");
  private static final Pattern PAIR = Pattern.compile("cvt\\.(r\\w+)\\.(.*?)(\\w+)x2\\.(f32|f16x2)");

  private static final List<String> SINGLES =
      List.of(
          "cvt.rn.f16.f32", "cvt.rz.f16.f32", "cvt.rm.f16.f32", "cvt.rp.f16.f32", "cvt.rn.relu.f16.f32",
          "cvt.rn.satfinite.f16.f32", "cvt.rz.relu.satfinite.f16.f32", "cvt.rn.bf16.f32", "cvt.rz.bf16.f32",
          "cvt.rm.bf16.f32", "cvt.rp.bf16.f32", "cvt.rn.relu.bf16.f32", "cvt.rn.satfinite.bf16.f32",
          "cvt.rna.tf32.f32", "cvt.rna.satfinite.tf32.f32", "cvt.rn.tf32.f32", "cvt.rz.relu.tf32.f32",
          "cvt.rn.satfinite.tf32.f32", "cvt.rz.relu.satfinite.tf32.f32");

  private static final List<String> PAIRS =
      List.of(
          "cvt.rn.f16x2.f32", "cvt.rz.relu.f16x2.f32", "cvt.rn.satfinite.f16x2.f32", "cvt.rn.bf16x2.f32",
          "cvt.rz.relu.satfinite.bf16x2.f32", "cvt.rn.satfinite.e4m3x2.f32", "cvt.rn.satfinite.e5m2x2.f32",
          "cvt.rn.satfinite.relu.e4m3x2.f32", "cvt.rn.satfinite.relu.e5m2x2.f32", "cvt.rn.satfinite.e2m3x2.f32",
          "cvt.rn.satfinite.e3m2x2.f32", "cvt.rn.satfinite.relu.e2m3x2.f32", "cvt.rn.satfinite.e2m1x2.f32",
          "cvt.rn.satfinite.relu.e2m1x2.f32");

  private static final List<String> PAIRS_OF_HALVES =
      List.of(
          "cvt.rn.satfinite.e4m3x2.f16x2", "cvt.rn.satfinite.e5m2x2.f16x2", "cvt.rn.satfinite.relu.e4m3x2.f16x2",
          "cvt.rn.satfinite.e2m1x2.f16x2", "cvt.rn.satfinite.relu.e2m1x2.f16x2");

  /** What an opcode says. */
  private record Conversion(String opcode, NeighbourTable table, NeighbourTable.Direction direction, int bits) {
    static Conversion of(Pattern pattern, String opcode) {
      Matcher matcher = pattern.matcher(opcode);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(opcode);
      }
      String format = matcher.group(3);
      int bits =
          switch (format) {
            case "f16", "bf16" -> 16;
            case "tf32" -> 32;
            case "e2m1" -> 4;
            default -> 8;
          };
      NeighbourTable.Direction direction = NeighbourTable.Direction.valueOf(matcher.group(1).toUpperCase(Locale.ROOT));
      return new Conversion(opcode, NeighbourTable.of(format), direction, bits);
    }

    int expected(float x) {
      float kept = opcode.contains("relu") && !(x > 0) ? 0 : x;
      int code = table.round(kept, direction, opcode.contains("satfinite"));
      return opcode.contains("tf32") ? code << 13 : code;
    }
  }

  /** Random bit patterns, the values around the rounding's borders, infinities; no NaN. */
  private static int[] numbers(Conversion conversion, long seed) {
    Random random = new Random(seed);
    List<Integer> numbers = new ArrayList<>(List.of(0, 0x80000000, 1, 0x80000001, 0x7f800000, 0xff800000, 0x7f7fffff));
    random.ints(RANDOM).filter(it -> !Float.isNaN(Float.intBitsToFloat(it))).forEach(numbers::add);
    double[] values = conversion.table.values();
    int step = Math.max(1, values.length / 16384);
    for (int i = random.nextInt(step); i < values.length; i += step) {
      double next = i + 1 < values.length ? values[i + 1] : values[i] + (values[i] - values[i - 1]);
      for (double border : new double[] {values[i], (values[i] + next) / 2}) {
        int bits = Float.floatToRawIntBits((float) border) | random.nextInt() & 0x80000000;
        for (int near = -1; near <= 1; near++) {
          if (((bits & 0x7fffffff) > 0 || near >= 0) && !Float.isNaN(Float.intBitsToFloat(bits + near))) {
            numbers.add(bits + near);
          }
        }
      }
    }
    while (numbers.size() % 128 != 0) {
      numbers.add(0x3f800000);
    }
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] convert(String instruction, int[] numbers) {
    String body =
        """
        .reg .b32 %r<8>; .reg .b16 %h<4>; .reg .b8 %c; .reg .f32 %x, %y; .reg .b64 %in, %out, %o;
        ld.param.u64 %in, [in]; ld.param.u64 %out, [out];
        mov.u32 %r0, %ctaid.x; mov.u32 %r1, %ntid.x; mov.u32 %r2, %tid.x; mad.lo.u32 %r0, %r0, %r1, %r2;
        mul.wide.u32 %o, %r0, 4; add.u64 %in, %in, %o; add.u64 %out, %out, %o;
        ld.global.b32 %r3, [%in]; mov.b32 %x, %r3; neg.f32 %y, %x;
        """
            + instruction
            + "\nst.global.b32 [%out], %r4; ret;";
    return KernelRun.of(KernelRun.module("sm_120a", "8.7", ".param .u64 in, .param .u64 out", body))
        .grid(numbers.length / 128, 128)
        .ints("in", numbers)
        .buffer("out", 4 * numbers.length)
        .run(Tier.COMPILED)
        .ints("out");
  }

  private static Stream<DynamicTest> tests(List<String> opcodes, Consumer<String> test) {
    return opcodes.stream().map(it -> DynamicTest.dynamicTest(it, () -> test.accept(it)));
  }

  @TestFactory
  Stream<DynamicTest> singles() {
    return tests(
        SINGLES,
        opcode -> {
          Conversion it = Conversion.of(SINGLE, opcode);
          int[] numbers = numbers(it, opcode.hashCode());
          String instruction = it.bits == 32 ? opcode + " %r4, %x;" : opcode + " %h0, %x; cvt.u32.u16 %r4, %h0;";
          int[] found = convert(instruction, numbers);
          for (int i = 0; i < numbers.length; i++) {
            float x = Float.intBitsToFloat(numbers[i]);
            assertEquals(it.expected(x), found[i], () -> opcode + " of " + x);
          }
        });
  }

  private static String narrow(Conversion it, String operands) {
    return switch (it.bits) {
      case 16 -> it.opcode + " %r4, " + operands + ";";
      case 8 -> it.opcode + " %h0, " + operands + "; cvt.u32.u16 %r4, %h0;";
      default -> it.opcode + " %c, " + operands + "; cvt.u32.u8 %r4, %c;";
    };
  }

  private static void comparePair(Conversion it, float high, float low, int found) {
    int mask = it.bits == 16 ? 0xffff : (1 << it.bits) - 1;
    assertEquals(it.expected(low), found & mask, () -> it.opcode + " of " + low);
    assertEquals(it.expected(high), found >>> it.bits & mask, () -> it.opcode + " of " + high);
  }

  /** The first source, the number itself, comes to be the high one. */
  @TestFactory
  Stream<DynamicTest> pairs() {
    return tests(
        PAIRS,
        opcode -> {
          Conversion it = Conversion.of(PAIR, opcode);
          int[] numbers = numbers(it, opcode.hashCode());
          int[] found = convert(narrow(it, "%x, %y"), numbers);
          for (int i = 0; i < numbers.length; i++) {
            float x = Float.intBitsToFloat(numbers[i]);
            comparePair(it, x, -x, found[i]);
          }
        });
  }

  /** All codes of f16, each with another. */
  @TestFactory
  Stream<DynamicTest> pairsOfHalves() {
    int[] numbers = IntStream.range(0, 1 << 16).map(it -> it | (it * 0x9E37 + 0x55 & 0xffff) << 16).toArray();
    return tests(
        PAIRS_OF_HALVES,
        opcode -> {
          Conversion it = Conversion.of(PAIR, opcode);
          int[] found = convert(narrow(it, "%r3"), numbers);
          for (int i = 0; i < numbers.length; i++) {
            float high = Float.float16ToFloat((short) (numbers[i] >> 16));
            float low = Float.float16ToFloat((short) numbers[i]);
            if (!Float.isNaN(high) && !Float.isNaN(low)) {
              comparePair(it, high, low, found[i]);
            }
          }
        });
  }

  @ParameterizedTest
  @CsvSource({
    "e4m3,cvt.rn.f16x2.e4m3x2", "e5m2,cvt.rn.f16x2.e5m2x2", "e5m2,cvt.rn.relu.f16x2.e5m2x2", "e2m3,cvt.rn.f16x2.e2m3x2",
    "e3m2,cvt.rn.relu.f16x2.e3m2x2", "e2m1,cvt.rn.f16x2.e2m1x2", "ue8m0,cvt.rn.bf16x2.ue8m0x2"
  })
  void widens(String format, String opcode) {
    float[] values = GoldenVectors.decoded(format);
    int bits = format.equals("e2m1") ? 4 : 8;
    int[] numbers = IntStream.range(0, 1 << 16).toArray();
    String instruction =
        bits == 4
            ? "cvt.u16.u32 %h0, %r3; mov.b16 {%c, _}, %h0; " + opcode + " %r4, %c;"
            : "cvt.u16.u32 %h0, %r3; " + opcode + " %r4, %h0;";
    int[] found = convert(instruction, numbers);
    for (int number : numbers) {
      for (int half = 0; half < 2; half++) {
        float value = values[(number >>> half * bits & (1 << bits) - 1) % values.length];
        float expected = opcode.contains("relu") && value <= 0 ? 0 : value;
        int code = found[number] >>> 16 * half & 0xffff;
        float result = format.equals("ue8m0") ? Float.intBitsToFloat(code << 16) : Float.float16ToFloat((short) code);
        assertEquals(expected, result, () -> opcode + " of " + Integer.toHexString(number));
      }
    }
  }

  /** Codes of 16 bits to single precision and back. */
  @Test
  void everyHalf() {
    int[] numbers = IntStream.range(0, 1 << 16).toArray();
    int[] halves = convert("cvt.u16.u32 %h0, %r3; cvt.f32.f16 %x, %h0; mov.b32 %r4, %x;", numbers);
    int[] brains = convert("cvt.u16.u32 %h0, %r3; cvt.f32.bf16 %x, %h0; mov.b32 %r4, %x;", numbers);
    int[] back =
        convert("cvt.u16.u32 %h0, %r3; cvt.f32.f16 %x, %h0; cvt.rn.f16.f32 %h1, %x; cvt.u32.u16 %r4, %h1;", numbers);
    for (int code : numbers) {
      float half = Float.float16ToFloat((short) code);
      assertEquals(half, Float.intBitsToFloat(halves[code]));
      assertEquals(Float.intBitsToFloat(code << 16), Float.intBitsToFloat(brains[code]));
      assertEquals(Float.isNaN(half) ? 0x7fff : code, back[code]);
    }
  }
}
