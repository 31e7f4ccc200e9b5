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
 * @param weights the model's weights, where they were given, and over them those that passes made
 * @param inputs sample inputs by function name, where they were given: for validation and for calibration
 * @param made weights that passes made
 * @param costs says whether sparse weights pay, where it is known what they are multiplied on
 */
public record PassEnvironment(
    Registry registry, Optional<WeightSource> weights, ImmutableMap<String, ImmutableList<Tensor>> inputs,
    MadeWeights made, Optional<SparsityCosts> costs) {

  /** An environment without weights and inputs. */
  public static PassEnvironment of(Registry registry) {
    return new PassEnvironment(registry, Optional.empty(), ImmutableMap.of(), MadeWeights.NONE, Optional.empty());
  }

  public PassEnvironment withWeights(WeightSource source) {
    return new PassEnvironment(registry, Optional.of(source), inputs, made, costs);
  }

  public PassEnvironment withInputs(Map<String, ImmutableList<Tensor>> samples) {
    return new PassEnvironment(registry, weights, ImmutableMap.copyOf(samples), made, costs);
  }

  public PassEnvironment withCosts(SparsityCosts model) {
    return new PassEnvironment(registry, weights, inputs, made, Optional.of(model));
  }

  /** The same behind a pass that made weights. */
  PassEnvironment withMade(ImmutableMap<String, Tensor> more) {
    MadeWeights all = new MadeWeights(more);
    return more.isEmpty()
        ? this : new PassEnvironment(registry, weights.map(all::over), inputs, made.with(more), costs);
  }
}
