package sample.minilm;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Map;
import nibble.engine.text.TokenBatch;
import nibble.ir.eval.Tensor;

/**
 * ONNX Runtime on the same weight file, in f32. The file ends with the last hidden state; the mean over the tokens
 * that count and the scaling to length 1 are done here, in f64.
 */
final class Oracle implements AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  Oracle(Path onnx) throws OrtException {
    this.session = environment.createSession(onnx.toString());
  }

  /** Embeddings of a batch, a row for each text. */
  double[][] encode(TokenBatch batch) throws OrtException {
    long[] shape = {batch.rows(), batch.columns()};
    try (OnnxTensor ids = tensor(batch.ids(), shape);
        OnnxTensor mask = tensor(batch.mask(), shape);
        OnnxTensor types = tensor(new int[batch.ids().length], shape);
        OrtSession.Result result = session.run(
            Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
      float[][][] states = (float[][][]) result.get(0).getValue();
      double[][] embeddings = new double[batch.rows()][];
      for (int row = 0; row < batch.rows(); row++) {
        embeddings[row] = pool(states[row], batch, row);
      }
      return embeddings;
    }
  }

  private OnnxTensor tensor(int[] values, long[] shape) throws OrtException {
    long[] wide = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return OnnxTensor.createTensor(environment, LongBuffer.wrap(wide), shape);
  }

  private static double[] pool(float[][] states, TokenBatch batch, int row) {
    double[] sum = new double[states[0].length];
    for (int column = 0; column < batch.columns(); column++) {
      if (batch.mask()[row * batch.columns() + column] != 0) {
        for (int i = 0; i < sum.length; i++) {
          sum[i] += states[column][i];
        }
      }
    }
    double length = 0;
    for (double x : sum) {
      length += x * x;
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= Math.sqrt(length);
    }
    return sum;
  }

  /** The cosine of each row of an encoder's embeddings with the expected one. */
  static double[] cosines(double[][] expected, Tensor actual) {
    double[] cosines = new double[expected.length];
    for (int row = 0; row < expected.length; row++) {
      cosines[row] = cosine(expected[row], actual.elements(), row * expected[row].length);
    }
    return cosines;
  }

  private static double cosine(double[] x, double[] y, int from) {
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += x[i] * x[i];
      yy += y[from + i] * y[from + i];
      xy += x[i] * y[from + i];
    }
    return xy / Math.sqrt(xx * yy);
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
