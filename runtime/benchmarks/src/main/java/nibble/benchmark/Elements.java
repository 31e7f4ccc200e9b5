package nibble.benchmark;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** Random operands between -1 and 1, as weights and activations are; the PTX machine sums those quickest. */
enum Elements {
  F16 {
    @Override
    void put(ByteBuffer buffer, Random random) {
      buffer.putShort(Float.floatToFloat16(2 * random.nextFloat() - 1));
    }
  },
  BF16 {
    @Override
    void put(ByteBuffer buffer, Random random) {
      buffer.putShort((short) (Float.floatToRawIntBits(2 * random.nextFloat() - 1) >> 16));
    }
  },
  F32 {
    @Override
    void put(ByteBuffer buffer, Random random) {
      buffer.putFloat(2 * random.nextFloat() - 1);
    }
  },
  /** As i8 any number, as e4m3 any below 2. */
  BYTE {
    @Override
    void put(ByteBuffer buffer, Random random) {
      buffer.put((byte) (random.nextInt() & 0xbf));
    }
  };

  abstract void put(ByteBuffer buffer, Random random);

  byte[] random(int bytes, Random random) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      put(buffer, random);
    }
    return buffer.array();
  }
}
