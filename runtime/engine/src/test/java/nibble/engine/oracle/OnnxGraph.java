package nibble.engine.oracle;

import static nibble.engine.file.OnnxBytes.message;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import nibble.engine.file.OnnxBytes.Fields;
import nibble.ir.eval.Tensor;

/**
 * An ONNX model, written field by field as in {@code onnx.proto}, and run by ONNX Runtime. Whatever the types inside,
 * inputs and results are f32: nodes that cast stand at the border.
 */
final class OnnxGraph {
  /** Element types of ONNX. */
  enum Type {
    FLOAT(1),
    UINT8(2),
    INT8(3),
    INT16(5),
    INT32(6),
    INT64(7),
    BOOL(9),
    FLOAT16(10),
    BFLOAT16(16);

    final int number;

    Type(int number) {
      this.number = number;
    }
  }

  private static final int IR_VERSION = 10;
  private static final int OPSET = 21;
  private static final int FLOAT_ATTRIBUTE = 1;
  private static final int INT_ATTRIBUTE = 2;
  private static final int STRING_ATTRIBUTE = 3;
  private static final int INTS_ATTRIBUTE = 7;

  private final List<byte[]> nodes = new ArrayList<>();
  private final List<byte[]> initializers = new ArrayList<>();
  private final List<byte[]> inputs = new ArrayList<>();
  private final Map<String, Tensor> fed = new HashMap<>();
  private int values;

  private String fresh() {
    return "v" + values++;
  }

  /** An input with those elements, cast to a type. */
  String input(Tensor tensor, Type type) {
    String name = fresh();
    fed.put(name, tensor);
    inputs.add(valueInfo(name, Arrays.stream(tensor.extents()).asLongStream().toArray()));
    return type == Type.FLOAT ? name : cast(name, type);
  }

  String cast(String value, Type type) {
    return node("Cast", List.of(integer("to", type.number)), value);
  }

  String node(String op, String... operands) {
    return node(op, List.of(), operands);
  }

  /** Appends a node with one result. */
  String node(String op, List<Fields> attributes, String... operands) {
    String result = fresh();
    nodes.add(message(out -> {
      for (String operand : operands) {
        out.writeString(1, operand);
      }
      out.writeString(2, result);
      out.writeString(4, op);
      for (Fields attribute : attributes) {
        out.writeByteArray(5, message(attribute));
      }
    }));
    return result;
  }

  /** A constant vector of 64-bit integers, or a scalar. */
  String integers(boolean scalar, long... numbers) {
    String name = fresh();
    initializers.add(message(out -> {
      if (!scalar) {
        out.writeInt64(1, numbers.length);
      }
      out.writeInt32(2, Type.INT64.number);
      for (long number : numbers) {
        out.writeInt64(7, number);
      }
      out.writeString(8, name);
    }));
    return name;
  }

  String integers(long... numbers) {
    return integers(false, numbers);
  }

  /** A scalar constant. */
  String number(float value) {
    String name = fresh();
    initializers.add(message(out -> {
      out.writeInt32(2, Type.FLOAT.number);
      out.writeFloat(4, value);
      out.writeString(8, name);
    }));
    return name;
  }

  static Fields integer(String name, long value) {
    return out -> {
      out.writeString(1, name);
      out.writeInt64(3, value);
      out.writeInt32(20, INT_ATTRIBUTE);
    };
  }

  static Fields real(String name, float value) {
    return out -> {
      out.writeString(1, name);
      out.writeFloat(2, value);
      out.writeInt32(20, FLOAT_ATTRIBUTE);
    };
  }

  static Fields text(String name, String value) {
    return out -> {
      out.writeString(1, name);
      out.writeString(4, value);
      out.writeInt32(20, STRING_ATTRIBUTE);
    };
  }

  static Fields numbers(String name, List<Integer> values) {
    return out -> {
      out.writeString(1, name);
      for (int value : values) {
        out.writeInt64(8, value);
      }
      out.writeInt32(20, INTS_ATTRIBUTE);
    };
  }

  private static byte[] valueInfo(String name, long... extents) {
    byte[] shape = message(out -> {
      for (long extent : extents) {
        out.writeByteArray(1, message(dim -> dim.writeInt64(1, extent)));
      }
    });
    byte[] tensor = message(out -> {
      out.writeInt32(1, Type.FLOAT.number);
      out.writeByteArray(2, shape);
    });
    return message(out -> {
      out.writeString(1, name);
      out.writeByteArray(2, message(type -> type.writeByteArray(1, tensor)));
    });
  }

  private byte[] model(String result, int[] extents) {
    byte[] graph = message(out -> {
      for (byte[] node : nodes) {
        out.writeByteArray(1, node);
      }
      out.writeString(2, "graph");
      for (byte[] initializer : initializers) {
        out.writeByteArray(5, initializer);
      }
      for (byte[] input : inputs) {
        out.writeByteArray(11, input);
      }
      out.writeByteArray(12, valueInfo(result, Arrays.stream(extents).asLongStream().toArray()));
    });
    return message(out -> {
      out.writeInt64(1, IR_VERSION);
      out.writeByteArray(7, graph);
      out.writeByteArray(8, message(opset -> opset.writeInt64(2, OPSET)));
    });
  }

  /** Runs the model up to a value. */
  double[] run(String value, int[] extents) throws OrtException {
    String result = cast(value, Type.FLOAT);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> feeds = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      for (Map.Entry<String, Tensor> input : fed.entrySet()) {
        feeds.put(input.getKey(), tensor(environment, input.getValue()));
      }
      try (OrtSession session = environment.createSession(model(result, extents), options);
          OrtSession.Result results = session.run(feeds)) {
        FloatBuffer buffer = ((OnnxTensor) results.get(0)).getFloatBuffer();
        double[] elements = new double[buffer.remaining()];
        for (int i = 0; i < elements.length; i++) {
          elements[i] = buffer.get(i);
        }
        return elements;
      }
    } finally {
      feeds.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, Tensor tensor) throws OrtException {
    float[] elements = new float[tensor.size()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) tensor.elements()[i];
    }
    long[] extents = LongStream.of(Arrays.stream(tensor.extents()).asLongStream().toArray()).toArray();
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(elements), extents);
  }
}
