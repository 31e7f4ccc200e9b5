package nibble.engine.tensor;

import java.lang.foreign.MemorySegment;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;

/**
 * Elements to bytes and back, in the order of {@link PackedLayout}. Encoding rounds to nearest even, by the rules of
 * the format.
 */
public interface ElementCodec {
  /** Writes every element. */
  void encode(double[] elements, MemorySegment bytes);

  /** Reads as many elements as the array has. */
  void decode(MemorySegment bytes, double[] elements);

  /** The codec of a format: a quick one for the common formats, the format's own rule for all others. */
  static ElementCodec of(NumberFormat format) {
    if (format.equals(Formats.F64)) {
      return new FloatCodecs.F64();
    }
    if (format.equals(Formats.F32)) {
      return new FloatCodecs.F32();
    }
    if (format.equals(Formats.TF32)) {
      return new FloatCodecs.TF32();
    }
    if (format.equals(Formats.F16)) {
      return new FloatCodecs.F16();
    }
    if (format.equals(Formats.BF16)) {
      return new FloatCodecs.BF16();
    }
    if (format.equals(Formats.I32)) {
      return new IntegerCodecs.I32();
    }
    if (format.equals(Formats.I8)) {
      return new IntegerCodecs.I8();
    }
    return format.storageBits() % Byte.SIZE == 0 ? new WholeByteCodec(format) : new PackedBitsCodec(format);
  }
}
