package nibble.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import nibble.engine.file.SafetensorsFile;
import nibble.engine.tensor.HostTensor;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/** Small inputs of commands. */
final class SmallModel {
  /** A feed-forward block with a residual, and a recipe for it; formatted. */
  static final String TEXT = """
      model small "a feed-forward block" {
        size B, D = 16, F = 32

        up: Linear<D, F> at "up"
        down: Linear<F, D> at "down"

        fn main(x: f32[B, D]) -> f32[B, D] { return x + down(gelu(up(x))) }
      }

      block Linear<I, O> {
        weight w: f32[I, O] = "weight"
        weight b: f32[O] = "bias"

        fn forward(x: f32[.., I]) -> f32[.., O] { return x @ w + b }
      }

      recipe w8 "INT8 in both products" {
        quantize up, down { weight = i8:channel, act = i8:token }
      }
      """;

  /** A module of the text form with work for canonicalize and cse. */
  static final String IR = """
      module @twice {
        symbol B
        func @main(%x: tensor<[B,4] x f32>) {
          %0 = exp %x : tensor<[B,4] x f32> loc("twice.nib":2:3)
          %1 = exp %x : tensor<[B,4] x f32> loc("twice.nib":3:3)
          %2 = add %0, %1 : tensor<[B,4] x f32> loc("twice.nib":4:3)
          return %2
        } loc("twice.nib":1:1)
      }
      """;

  /** y[i] += x[i] for i below n. */
  static final String PTX = """
      .version 7.0
      .target sm_80
      .address_size 64
      .visible .entry add(.param .u64 x, .param .u64 y, .param .u32 n)
      {
        .reg .pred %p<2>;
        .reg .f32 %f<4>;
        .reg .b32 %r<6>;
        .reg .b64 %rd<8>;
        ld.param.u64 %rd1, [x];
        ld.param.u64 %rd2, [y];
        ld.param.u32 %r1, [n];
        mov.u32 %r2, %ctaid.x;
        mov.u32 %r3, %ntid.x;
        mov.u32 %r4, %tid.x;
        mad.lo.s32 %r5, %r2, %r3, %r4;
        setp.ge.u32 %p1, %r5, %r1;
        @%p1 bra DONE;
        mul.wide.u32 %rd3, %r5, 4;
        add.s64 %rd4, %rd1, %rd3;
        add.s64 %rd5, %rd2, %rd3;
        ld.global.f32 %f1, [%rd4];
        ld.global.f32 %f2, [%rd5];
        add.f32 %f3, %f1, %f2;
        st.global.f32 [%rd5], %f3;
      DONE:
        ret;
      }
      """;

  private SmallModel() {}

  /** Writes the model. */
  static Path nib(Path folder) {
    return write(folder.resolve("small.nib"), TEXT);
  }

  static Path ptx(Path folder) {
    return write(folder.resolve("add.ptx"), PTX);
  }

  static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes weights that fit the model. */
  static Path weights(Path folder) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    tensors.put("up.weight", tensor(16, 32));
    tensors.put("up.bias", tensor(32));
    tensors.put("down.weight", tensor(32, 16));
    tensors.put("down.bias", tensor(16));
    Path file = folder.resolve("small.safetensors");
    SafetensorsFile.write(file, tensors, Map.of());
    return file;
  }

  /** An f32 tensor whose elements are small, of both signs, and not all alike. */
  static HostTensor tensor(long... extents) {
    TensorType type = TensorType.of(Shape.of(extents), Formats.F32);
    double[] values = new double[(int) type.shape().size().constant()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 37 % 101 - 50) / 128.0;
    }
    return HostTensor.encode(Tensor.of(type, values));
  }
}
