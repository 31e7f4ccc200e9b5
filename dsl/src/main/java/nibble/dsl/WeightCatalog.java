package nibble.dsl;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.Optional;
import nibble.ir.TensorType;

/** What a weight file holds, without the numbers: enough to check a model against it. */
public interface WeightCatalog {
  /** Shape and format of the tensor of that name; nothing where the file lacks it. */
  Optional<TensorType> find(String name);

  /** The names of all tensors, for suggestions. */
  ImmutableSet<String> names();

  /** A catalog of these tensors. */
  static WeightCatalog of(Map<String, TensorType> tensors) {
    ImmutableMap<String, TensorType> copy = ImmutableMap.copyOf(tensors);
    return new WeightCatalog() {
      @Override
      public Optional<TensorType> find(String name) {
        return Optional.ofNullable(copy.get(name));
      }

      @Override
      public ImmutableSet<String> names() {
        return copy.keySet();
      }
    };
  }
}
