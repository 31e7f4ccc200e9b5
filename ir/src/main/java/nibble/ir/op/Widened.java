package nibble.ir.op;

import nibble.ir.BlockBuilder;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * A value cast to f32, in which composite ops are computed whatever the format of their operand.
 *
 * @param wide the value in f32 (or f64, where it is that)
 * @param format the format that the result is cast back to
 */
record Widened(Value wide, NumberFormat format) {
  static Widened of(BlockBuilder builder, Value value) {
    NumberFormat format = value.tensorType().format();
    boolean narrow = format.bits() < Float.SIZE;
    return new Widened(narrow ? builder.add(new Cast(Formats.F32), value) : value, format);
  }

  Value narrow(BlockBuilder builder, Value result) {
    return result.tensorType().format().equals(format) ? result : builder.add(new Cast(format), result);
  }
}
