package nibble.passes;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Weight;
import nibble.passes.Decision.Cost;
import nibble.passes.Decision.Outcome;

/** What one run of one pass may ask, and where it leaves its decisions. */
public final class PassContext {
  private final PassEnvironment environment;
  private final String pass;
  private final List<Decision> decisions = new ArrayList<>();
  private final Map<String, Tensor> made = new LinkedHashMap<>();
  private final Map<Location, ImmutableList<Integer>> orders = new LinkedHashMap<>();

  /**
   * The context of one run.
   *
   * @param pass name of the pass, for its decisions
   */
  public PassContext(PassEnvironment environment, String pass) {
    this.environment = environment;
    this.pass = pass;
  }

  public PassEnvironment environment() {
    return environment;
  }

  public Registry registry() {
    return environment.registry();
  }

  /** The complaint of a pass that can't do without weights and has none. */
  public InputException lacksWeights(String purpose) {
    return new InputException(
        pass + " has no weights " + purpose,
        "name a weight file with --weights, or let weights be made up with --made-up");
  }

  /** Records a change. */
  public void applied(String subject, Location location, String reason, Cost cost) {
    decisions.add(new Decision(pass, Outcome.APPLIED, subject, location, reason, Optional.of(cost)));
  }

  /** Records a place that was asked for but left as it is. */
  public void skipped(String subject, Location location, String reason) {
    decisions.add(new Decision(pass, Outcome.SKIPPED, subject, location, reason, Optional.empty()));
  }

  /**
   * Records that the output channels of a product are in another order, which whoever looks at them has to know.
   *
   * @param product where it is
   * @param order the channel, as it was, at each place
   */
  public void reordered(Location product, ImmutableList<Integer> order) {
    orders.put(product, order);
  }

  /** All orders that were recorded. */
  public ImmutableMap<Location, ImmutableList<Integer>> orders() {
    return ImmutableMap.copyOf(orders);
  }

  /**
   * Keeps a tensor that the pass computed from weights; the module has it as a weight of the type of the tensor.
   *
   * @param origin name of the weight that it stands for
   * @return what it stands for in the module: its name is that of the origin, with the pass behind it
   */
  public Weight make(String origin, Tensor tensor) {
    String key = origin + "@" + pass;
    for (int i = 2; made.containsKey(key) || environment.made().tensors().containsKey(key); i++) {
      key = origin + "@" + pass + i;
    }
    made.put(key, tensor);
    return new Weight(key, tensor.type());
  }

  /** All tensors that were kept. */
  public ImmutableMap<String, Tensor> made() {
    return ImmutableMap.copyOf(made);
  }

  /** All decisions so far. */
  public ImmutableList<Decision> decisions() {
    return ImmutableList.copyOf(decisions);
  }
}
