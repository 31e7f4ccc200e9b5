package nibble.passes;

import com.google.common.collect.ImmutableMap;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;

/**
 * Weights that passes computed when the model was compiled, such as those that were updated when others were pruned. A
 * module has them as weights of names that no file has.
 *
 * @param tensors by name
 */
public record MadeWeights(ImmutableMap<String, Tensor> tensors) {
  /** Of pipelines that make none. */
  public static final MadeWeights NONE = new MadeWeights(ImmutableMap.of());

  /** These, and below them those of the model. */
  public WeightSource over(WeightSource model) {
    return tensors.isEmpty()
        ? model : (key, type) -> tensors.containsKey(key) ? tensors.get(key).as(type) : model.weight(key, type);
  }

  /** These and others. */
  MadeWeights with(ImmutableMap<String, Tensor> more) {
    return more.isEmpty()
        ? this
        : new MadeWeights(ImmutableMap.<String, Tensor>builder().putAll(tensors).putAll(more).buildOrThrow());
  }
}
