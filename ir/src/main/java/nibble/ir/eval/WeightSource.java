package nibble.ir.eval;

import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;

/** Where the interpreter finds weights. */
@FunctionalInterface
public interface WeightSource {
  /** Of models without weights. */
  WeightSource NONE = (key, type) -> {
    throw new InputException(
        "the model needs the weight '" + key + "' but no weight file was given", "name one with --weights");
  };

  /**
   * The weight of that name.
   *
   * @throws InputException where the file lacks it or it has another shape
   */
  Tensor weight(String key, TensorType type);
}
