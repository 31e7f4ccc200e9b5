package nibble.ir.eval;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Value;
import nibble.ir.shape.Dim;

/**
 * What a function takes in a first run whose last parameters are state, which each run leaves for the next: zeros in
 * the place of what no run has left.
 */
public final class FirstRun {
  private FirstRun() {}

  /**
   * The inputs of a first run.
   *
   * @param given one for each of the first parameters
   * @throws nibble.ir.diagnostic.InputException where these do not fit
   */
  public static ImmutableList<Tensor> inputs(Function function, List<Tensor> given) {
    ImmutableList<Value> parameters = function.parameters();
    if (parameters.size() <= given.size()) {
      return ImmutableList.copyOf(given);
    }
    Function stateless = function.withBody(
        new Block(parameters.subList(0, given.size()), ImmutableList.of(), ImmutableList.of()));
    Map<String, Long> sizes = Interpreter.bind(stateless, given);
    ImmutableList.Builder<Tensor> all = ImmutableList.<Tensor>builder().addAll(given);
    for (Value state : parameters.subList(given.size(), parameters.size())) {
      all.add(Tensor.generate(state.tensorType().substitute(name -> Dim.of(sizes.get(name))), _ -> 0));
    }
    return all.build();
  }
}
