package nibble.engine.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.codegen.partition.LoadTimeSplit;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Weight;

/**
 * A model after its passes, with all that depends on weights alone computed: what is pruned, quantized and compressed
 * when weights are loaded are weights by themselves.
 *
 * @param module with the function to run alone
 * @param weights of the module
 */
public record FrozenModel(Module module, ImmutableMap<String, Tensor> weights) {
  /**
   * Computes the weights.
   *
   * @throws nibble.ir.diagnostic.InputException where a weight is missing
   */
  public static FrozenModel of(PreparedModel prepared, WeightSource ofModel) {
    Function function = prepared.prepared();
    LoadTimeSplit split = LoadTimeSplit.of(function);
    List<Tensor> tensors =
        new Interpreter(Mode.FAITHFUL, prepared.weights(ofModel)).run(split.load(), ImmutableList.of());
    Map<Value, Set<String>> origins = origins(split.load());
    int inputs = function.parameters().size();
    List<Value> constants = split.main().parameters().subList(inputs, split.main().parameters().size());
    Map<String, Tensor> weights = new LinkedHashMap<>();
    ImmutableList.Builder<Operation> operations = ImmutableList.builder();
    for (int i = 0; i < constants.size(); i++) {
      Value constant = constants.get(i);
      String key = unused(name(origins.get(split.load().results().get(i))), weights);
      weights.put(key, tensors.get(i));
      operations.add(new Operation(
          new Weight(key, constant.tensorType()), ImmutableList.of(), ImmutableList.of(constant), ImmutableList.of(),
          Location.UNKNOWN));
    }
    Block body = split.main().body();
    Function frozen = function.withBody(new Block(
        ImmutableList.copyOf(body.arguments().subList(0, inputs)),
        operations.addAll(body.operations()).build(), body.results()));
    Module module = prepared.passes().output();
    return new FrozenModel(
        Module.of(module.name(), module.symbols().values(), List.of(frozen)), ImmutableMap.copyOf(weights));
  }

  /** The weights that each value depends on. */
  private static Map<Value, Set<String>> origins(Function load) {
    Map<Value, Set<String>> origins = new HashMap<>();
    for (Operation operation : load.body().operations()) {
      Set<String> keys = new LinkedHashSet<>();
      if (operation.op() instanceof Weight weight) {
        keys.add(weight.key());
      }
      operation.operands().forEach(operand -> keys.addAll(origins.getOrDefault(operand, Set.of())));
      operation.results().forEach(result -> origins.put(result, keys));
    }
    return origins;
  }

  /** That of the only weight, without what passes put behind it. */
  private static String name(Set<String> keys) {
    return keys.size() == 1 ? keys.iterator().next().replaceAll("(@[a-z0-9-]+)+$", "") : "constant";
  }

  private static String unused(String name, Map<String, Tensor> weights) {
    String key = name;
    for (int i = 2; isTaken(key, weights); i++) {
      key = name + "#" + i;
    }
    return key;
  }

  private static boolean isTaken(String key, Map<String, Tensor> weights) {
    return weights.keySet().stream().anyMatch(other ->
        other.equals(key) || other.startsWith(key + ".") || key.startsWith(other + "."));
  }
}
