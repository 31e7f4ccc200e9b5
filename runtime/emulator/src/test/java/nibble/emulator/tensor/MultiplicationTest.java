package nibble.emulator.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.emulator.TensorArithmetic;
import nibble.emulator.format.FloatFormat;
import nibble.emulator.format.Rounding;
import nibble.emulator.model.Target;

/** The quick multiplications give the bits of the plain ones, whatever the operands. */
class MultiplicationTest {
  private final TensorScratch scratch = new TensorScratch();

  /** How operands are drawn: spread over the whole format, or of about one size, or with many zeros and specials. */
  enum Style {
    CODES,
    NEAR_ONE,
    SPARSE,
    WIDE,
    /** Nearly twice a power of two, all of one sign: integers that sum them overflow. */
    FULL,
    /** Ones and numbers a little larger, of both signs, and tiny ones: sums of them may be nothing, or little. */
    CANCELLING
  }

  record Shape(ElementType type, int k, String target) {}

  @Provide
  Arbitrary<Shape> shapes() {
    return Arbitraries.of(
        new Shape(ElementType.F16, 16, "sm_80"),
        new Shape(ElementType.F16, 16, "sm_90"),
        new Shape(ElementType.F16, 8, "sm_80"),
        new Shape(ElementType.BF16, 16, "sm_80"),
        new Shape(ElementType.BF16, 8, "sm_90"),
        new Shape(ElementType.TF32, 8, "sm_86"),
        new Shape(ElementType.TF32, 4, "sm_120"),
        new Shape(ElementType.E4M3, 32, "sm_89"),
        new Shape(ElementType.E5M2, 32, "sm_89"),
        new Shape(ElementType.E4M3, 32, "sm_120"),
        new Shape(ElementType.E5M2, 16, "sm_120"));
  }

  @Property(tries = 400)
  void floating(@ForAll("shapes") Shape shape, @ForAll Style style, @ForAll long seed) {
    Target target = Target.of(shape.target).orElseThrow();
    Multiplication quick =
        Multiplications.floating(
            target, TensorArithmetic.MODELLED, 16, shape.k, shape.type, shape.type, false, Optional.empty());
    assertEquals(AlignedTile.class, quick.getClass());
    boolean isWhole = shape.k * shape.type.bits() == 256;
    Multiplication plain =
        new FloatMultiplication(
            TileMap.a(16, shape.k, shape.type.perRegister()),
            TileMap.b(shape.k, shape.type.perRegister()),
            TileMap.c(16, 1),
            shape.type,
            shape.type,
            Accumulation.of(target, shape.type, isWhole),
            Optional.empty());
    int[] words = draw(shape.type, style, seed);
    assertSame(quick, plain, words, shape.type, shape.k);
  }

  private void assertSame(Multiplication quick, Multiplication plain, int[] words, ElementType type, int k) {
    int[] a = registers(0, 16 * k / (32 * type.perRegister()));
    int[] b = registers(8, 8 * k / (32 * type.perRegister()));
    int[] c = registers(12, 4);
    int[] d = registers(16, 4);
    int[] other = words.clone();
    // Twice, so that operands that are kept from the last time are used, too.
    for (int i = 0; i < 2; i++) {
      quick.run(words, null, d, a, b, c, 0, scratch);
      plain.run(other, null, d, a, b, c, 0, new TensorScratch());
      assertArrayEquals(other, words);
    }
    // The result may be the addend's registers.
    quick.run(words, null, c, a, b, c, 0, scratch);
    plain.run(other, null, c, a, b, c, 0, new TensorScratch());
    assertArrayEquals(other, words);
  }

  private static int[] registers(int first, int count) {
    int[] registers = new int[count];
    for (int i = 0; i < count; i++) {
      registers[i] = (first + i) * 32;
    }
    return registers;
  }

  private static int[] draw(ElementType type, Style style, long seed) {
    Random random = new Random(seed);
    int[] words = new int[20 * 32];
    for (int i = 0; i < 12 * 32; i++) {
      for (int e = 0; e < type.perRegister(); e++) {
        words[i] |= code(type, style, random) << e * type.bits();
      }
    }
    for (int i = 12 * 32; i < 16 * 32; i++) {
      words[i] =
          switch (style) {
            case CODES -> random.nextInt(50) == 0
                ? random.nextInt() : Float.floatToRawIntBits((float) random.nextGaussian());
            case NEAR_ONE -> Float.floatToRawIntBits((float) random.nextGaussian() * 100);
            case SPARSE -> random.nextBoolean() ? 0 : Float.floatToRawIntBits((float) random.nextGaussian());
            case WIDE -> Float.floatToRawIntBits(Math.scalb((float) random.nextGaussian(), random.nextInt(80) - 40));
            case FULL -> Float.floatToRawIntBits((random.nextBoolean() ? 2 : -2) * random.nextFloat());
            case CANCELLING -> Float.floatToRawIntBits((float) cancelling(9, random));
          };
    }
    return words;
  }

  private static double cancelling(int fractionBits, Random random) {
    int size = random.nextInt(3) == 0 ? -10 : 0;
    double more = random.nextInt(8) == 0 ? Math.scalb(1.0, -fractionBits) : 0;
    return random.nextInt(4) == 0 ? 0 : (random.nextBoolean() ? 1 : -1) * Math.scalb(1 + more, size);
  }

  private static int code(ElementType type, Style style, Random random) {
    int mask = type.bits() == 32 ? -1 : (1 << type.bits()) - 1;
    double value =
        switch (style) {
          case CODES -> Double.NaN;
          case NEAR_ONE -> random.nextGaussian();
          case SPARSE -> random.nextInt(3) == 0 ? random.nextGaussian() : 0;
          case WIDE -> Math.scalb(random.nextGaussian(), random.nextInt(40) - 20);
          case FULL -> (random.nextInt(300) == 0 ? -1 : 1)
              * (2 - Math.scalb(1.0 + random.nextInt(2), -type.format().fractionBits()));
          case CANCELLING -> cancelling(type.format().fractionBits(), random);
        };
    if (style == Style.CODES) {
      int code = random.nextInt() & mask;
      boolean keepSpecial = random.nextInt(2000) == 0;
      boolean isSpecial = !Double.isFinite(type.format().decode(code >>> (type == ElementType.TF32 ? 13 : 0)));
      return isSpecial && !keepSpecial ? 0 : code;
    }
    if (type == ElementType.TF32) {
      return Float.floatToRawIntBits((float) value);
    }
    FloatFormat format = type.format();
    return format.encode(value, Rounding.NEAREST_EVEN, true) & mask;
  }

  @Provide
  Arbitrary<Shape> integers() {
    return Arbitraries.of(
        new Shape(ElementType.S8, 32, "sm_80"),
        new Shape(ElementType.U8, 32, "sm_80"),
        new Shape(ElementType.S8, 16, "sm_80"),
        new Shape(ElementType.S4, 64, "sm_80"),
        new Shape(ElementType.U4, 32, "sm_80"));
  }

  @Property(tries = 100)
  void integer(@ForAll("integers") Shape shape, @ForAll long seed) {
    Random random = new Random(seed);
    int[] words = random.ints(20 * 32).toArray();
    int per = shape.type.perRegister();
    Multiplication quick =
        Multiplications.integer(16, shape.k, shape.type, shape.type, false, Optional.empty());
    assertEquals(IntegerTile.class, quick.getClass());
    Multiplication plain =
        new IntegerMultiplication(
            TileMap.a(16, shape.k, per), TileMap.b(shape.k, per), TileMap.c(16, 1), shape.type, shape.type, false,
            Optional.empty());
    assertSame(quick, plain, words, shape.type, shape.k);
  }
}
