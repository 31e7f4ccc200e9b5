package nibble.dsl.lower;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;

/** What things are called elsewhere: hints for those who come from NumPy, PyTorch or CUDA. */
final class ForeignNames {
  private static final ImmutableMap<String, String> FUNCTIONS = ImmutableMap.<String, String>builder()
      .put("view", "x.reshape[B, N] gives the elements another shape")
      .put("flatten", "x.reshape[-1] gives the elements another shape")
      .put("permute", "x.transpose(0, 2, 1) gives the axes another order")
      .put("swapaxes", "x.transpose(0, 2, 1) gives the axes another order")
      .put("unsqueeze", "x[:, new] adds an axis")
      .put("expand_dims", "x[:, new] adds an axis")
      .put("squeeze", "x[:, 0] drops an axis")
      .put("expand", "x.broadcast[B, N] repeats")
      .put("broadcast_to", "x.broadcast[B, N] repeats")
      .put("cat", "concat(a, b, axis = 0) joins tensors")
      .put("concatenate", "concat(a, b, axis = 0) joins tensors")
      .put("arange", "iota(n) counts from 0")
      .put("range", "a loop counts so: for i in 0..n { ... }")
      .put("clamp", "max(min(x, high), low) bounds x")
      .put("clip", "max(min(x, high), low) bounds x")
      .put("astype", "x as f16 converts")
      .put("to", "x as f16 converts")
      .put("einsum", "@ multiplies matrices, and rearrange moves axes")
      .put("bmm", "a @ b multiplies matrices")
      .put("mm", "a @ b multiplies matrices")
      .put("dot", "a @ b multiplies")
      .put("embedding", "table[ids] picks rows")
      .put("take", "table[ids] picks rows")
      .put("len", "name the sizes of x in the type of a parameter: x: f32[B, N]")
      .put("size", "name the sizes of x in the type of a parameter: x: f32[B, N]")
      .buildOrThrow();

  private ForeignNames() {}

  /** A hint for the name of a function. */
  static Optional<String> function(String name) {
    return Optional.ofNullable(FUNCTIONS.get(name));
  }
}
