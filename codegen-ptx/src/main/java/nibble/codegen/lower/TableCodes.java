package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import nibble.codegen.ptx.Address;
import nibble.codegen.ptx.ConstantTable;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.RegisterType;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;

/**
 * Codes of a format of up to 8 bits of which nothing is known but what its codes stand for and that rounding does not
 * decrease: a format of a plugin, say. Values are looked up in constant memory. A number finds its code by a search
 * among the borders: for each value the least f32 that becomes it or more.
 *
 * @param ptx where instructions go
 * @param format the format of codes
 */
record TableCodes(KernelBuilder ptx, NumberFormat format) {
  private static final int WORD = 4;

  /** The value of a code, which is in the low bits of a register, whatever is above them. */
  Register decode(Register code) {
    float[] values = new float[1 << format.bits()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) format.decode(i);
    }
    return ptx.op("ld.const.f32", element("values", bits(values), ptx.op("and.b32", code, imm(values.length - 1))));
  }

  /** The code of a number. */
  Register encode(Register real, FixedRounding rounding) {
    List<Long> codes = codesByValue(rounding);
    int steps = Integer.SIZE - Integer.numberOfLeadingZeros(codes.size() - 1);
    // Nothing is at least NaN, so what is behind the last border is never found.
    float[] borders = new float[1 << steps];
    int[] found = new int[1 << steps];
    Arrays.fill(borders, Float.NaN);
    for (int i = 0; i < codes.size(); i++) {
      borders[i] = i == 0 ? Float.NEGATIVE_INFINITY : border(format.decode(codes.get(i)), rounding);
      found[i] = (int) (long) codes.get(i);
    }
    String suffix = "_" + rounding.name().toLowerCase(Locale.ROOT);
    Register at = ptx.op("mov.b32", imm(0));
    for (int step = 1 << steps - 1; step > 0; step >>= 1) {
      Register next = ptx.op("add.s32", at, imm(step));
      Register border = ptx.op("ld.const.f32", element("borders" + suffix, bits(borders), next));
      at = ptx.op("selp.b32", next, at, ptx.op("setp.ge.f32", real, border));
    }
    Register code = ptx.op("ld.const.b32", element("codes" + suffix, ImmutableIntArray.copyOf(found), at));
    Register isNumber = ptx.op("setp.num.f32", real, real);
    return ptx.op("selp.b32", code, imm(format.encode(Double.NaN, rounding)), isNumber);
  }

  /** One code of each value that numbers become, by value. */
  private List<Long> codesByValue(Rounding rounding) {
    TreeMap<Double, Long> codes = new TreeMap<>();
    for (int code = 0; code < 1 << format.bits(); code++) {
      double value = format.decode(code);
      if (Double.isFinite(value)) {
        codes.put(value + 0.0, format.encode(value + 0.0, rounding));
      }
    }
    return new ArrayList<>(codes.values());
  }

  /** The least f32 that becomes a value or more. */
  private float border(double value, Rounding rounding) {
    int low = ordered(Float.NEGATIVE_INFINITY);
    int high = ordered(Float.POSITIVE_INFINITY);
    while (low < high) {
      int middle = (int) Math.floorDiv((long) low + high, 2L);
      if (format.decode(format.encode(number(middle), rounding)) >= value) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return number(low);
  }

  /** The place of a number among all f32, which are as many integers. */
  private static int ordered(float number) {
    int bits = Float.floatToRawIntBits(number);
    return bits >= 0 ? bits : Integer.MIN_VALUE - bits;
  }

  private static float number(int ordered) {
    return Float.intBitsToFloat(ordered >= 0 ? ordered : Integer.MIN_VALUE - ordered);
  }

  private static ImmutableIntArray bits(float[] numbers) {
    ImmutableIntArray.Builder bits = ImmutableIntArray.builder(numbers.length);
    for (float number : numbers) {
      bits.add(Float.floatToIntBits(number));
    }
    return bits.build();
  }

  private Address element(String table, ImmutableIntArray words, Register index) {
    Register start = ptx.fresh(RegisterType.B64);
    ptx.emit("mov.u64", start, new ConstantTable(table + "_of_" + format.name(), words));
    return Address.at(ptx.op("mad.wide.u32", index, imm(WORD), start));
  }
}
