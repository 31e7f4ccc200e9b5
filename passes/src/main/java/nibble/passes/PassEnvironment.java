package nibble.passes;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Registry;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;

/**
 * What is known when passes run, besides the module.
 *
 * @param registry ops, formats and layouts
 * @param weights the model's weights, where they were given
 * @param inputs sample inputs by function name, where they were given: for validation and for calibration
 */
public record PassEnvironment(
    Registry registry, Optional<WeightSource> weights, ImmutableMap<String, ImmutableList<Tensor>> inputs) {

  /** An environment without weights and inputs. */
  public static PassEnvironment of(Registry registry) {
    return new PassEnvironment(registry, Optional.empty(), ImmutableMap.of());
  }

  public PassEnvironment withWeights(WeightSource source) {
    return new PassEnvironment(registry, Optional.of(source), inputs);
  }

  public PassEnvironment withInputs(Map<String, ImmutableList<Tensor>> samples) {
    return new PassEnvironment(registry, weights, ImmutableMap.copyOf(samples));
  }
}
