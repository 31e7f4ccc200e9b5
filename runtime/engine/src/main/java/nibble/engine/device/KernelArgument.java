package nibble.engine.device;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Bytes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An argument of a kernel, one for each {@code .param}. */
public sealed interface KernelArgument {
  /** Its bytes as the kernel's parameter memory holds them: little-endian. */
  byte[] bytes();

  /** The address of a buffer, or of a place in it. */
  record Address(DeviceBuffer buffer, long offset) implements KernelArgument {
    public Address {
      if (offset < 0 || offset > buffer.size()) {
        throw new IllegalArgumentException("offset " + offset + " is outside of " + buffer.name());
      }
    }

    public Address(DeviceBuffer buffer) {
      this(buffer, 0);
    }

    @Override
    public byte[] bytes() {
      if (buffer.isClosed()) {
        throw new IllegalStateException("the buffer " + buffer.name() + " was given back");
      }
      return of(Long.BYTES).putLong(buffer.address() + offset).array();
    }
  }

  /** A 32-bit unsigned integer. */
  record U32(int value) implements KernelArgument {
    @Override
    public byte[] bytes() {
      return of(Integer.BYTES).putInt(value).array();
    }
  }

  /** A 32-bit signed integer. */
  record S32(int value) implements KernelArgument {
    @Override
    public byte[] bytes() {
      return of(Integer.BYTES).putInt(value).array();
    }
  }

  /** A 64-bit integer, signed or not. */
  record U64(long value) implements KernelArgument {
    @Override
    public byte[] bytes() {
      return of(Long.BYTES).putLong(value).array();
    }
  }

  /** A 32-bit float. */
  record F32(float value) implements KernelArgument {
    @Override
    public byte[] bytes() {
      return of(Float.BYTES).putFloat(value).array();
    }
  }

  /** A tensor map, as its device has encoded it. */
  record TensorMap(ImmutableList<Byte> encoded) implements KernelArgument {
    public TensorMap(byte[] encoded) {
      this(ImmutableList.copyOf(Bytes.asList(encoded)));
    }

    @Override
    public byte[] bytes() {
      return Bytes.toArray(encoded);
    }
  }

  private static ByteBuffer of(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
