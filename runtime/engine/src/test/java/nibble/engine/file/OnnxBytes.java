package nibble.engine.file;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Writes ONNX messages by hand for tests, field by field as in {@code onnx.proto}. */
public final class OnnxBytes {
  private OnnxBytes() {}

  /** Writes fields of one message. */
  @FunctionalInterface
  public interface Fields {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  public static byte[] message(Fields... fields) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      for (Fields field : fields) {
        field.writeTo(out);
      }
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] model(byte[] graph) {
    return message(
        out -> out.writeInt64(1, 8),
        out -> out.writeString(2, "a test"),
        out -> out.writeByteArray(7, graph),
        out -> out.writeByteArray(8, message(opset -> opset.writeInt64(2, 14))));
  }

  /** A graph of nodes first and initializers behind them. */
  static byte[] graph(List<byte[]> nodes, List<byte[]> initializers) {
    return message(out -> {
      for (byte[] node : nodes) {
        out.writeByteArray(1, node);
      }
      out.writeString(2, "graph");
      for (byte[] initializer : initializers) {
        out.writeByteArray(5, initializer);
      }
    });
  }

  static byte[] node(String name, String op, String... inputs) {
    return message(out -> {
      for (String input : inputs) {
        out.writeString(1, input);
      }
      out.writeString(2, name + "_output");
      out.writeString(3, name);
      out.writeString(4, op);
    });
  }

  /** A tensor head: dims (unpacked, as proto2 writers do), type and name. */
  static Fields head(String name, int type, long... dims) {
    return out -> {
      for (long dim : dims) {
        out.writeInt64(1, dim);
      }
      out.writeInt32(2, type);
      out.writeString(8, name);
    };
  }

  static Fields packedDims(long... dims) {
    byte[] packed = message(out -> {
      for (long dim : dims) {
        out.writeInt64NoTag(dim);
      }
    });
    return out -> out.writeByteArray(1, packed);
  }

  static Fields raw(byte... bytes) {
    return out -> out.writeByteArray(9, bytes);
  }

  static Fields packedInts(int field, long... values) {
    byte[] packed = message(out -> {
      for (long value : values) {
        out.writeInt64NoTag(value);
      }
    });
    return out -> out.writeByteArray(field, packed);
  }

  static Fields packedFloats(float... values) {
    byte[] packed = message(out -> {
      for (float value : values) {
        out.writeFloatNoTag(value);
      }
    });
    return out -> out.writeByteArray(4, packed);
  }

  static Fields unpackedFloats(float... values) {
    return out -> {
      for (float value : values) {
        out.writeFloat(4, value);
      }
    };
  }

  static Fields packedDoubles(double... values) {
    byte[] packed = message(out -> {
      for (double value : values) {
        out.writeDoubleNoTag(value);
      }
    });
    return out -> out.writeByteArray(10, packed);
  }
}
