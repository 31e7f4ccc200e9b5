package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.eval.Comparison;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.ProductOp;

/**
 * What precision cost: the model as it is meant (exact interpretation before any pass) against the program as it runs.
 *
 * @param outputs one for each output
 * @param products the matrix products, which passes keep, in order of execution: where, and how far the program's
 *     result is from the model's there
 * @param attentions those of the program, and how far each is from the product with values that the model has there
 */
public record PrecisionCost(
    ImmutableList<Comparison> outputs, ImmutableList<ProductCost> products,
    ImmutableList<AttentionAccuracy> attentions) {
  /** The cost up to one matrix product. */
  public record ProductCost(Location location, Comparison comparison) {}

  /** A product is known by its place and by how many there were before at the same place. */
  private record Key(Location location, int occurrence) {}

  /**
   * Compares a program with its model.
   *
   * @param model before any pass
   * @param program after all passes
   * @param weights of the model
   * @param inputs of both; the program may take more than the model, state of earlier runs
   * @param actual outputs of the program on its device
   * @param orders of output channels that passes gave to products: the model's channel at each place
   */
  public static PrecisionCost of(
      Function model, Function program, WeightSource weights, List<Tensor> inputs, List<Tensor> actual,
      Map<Location, ImmutableList<Integer>> orders) {
    Map<Key, Tensor> meant = new LinkedHashMap<>();
    AttentionRecorder attentions = new AttentionRecorder();
    List<Tensor> exact =
        new Interpreter(Mode.EXACT, weights, collect(meant).andThen(attentions::meant))
            .run(model, inputs.subList(0, model.parameters().size()));
    Map<Key, Tensor> got = new LinkedHashMap<>();
    new Interpreter(Mode.FAITHFUL, weights, collect(got).andThen(attentions::got)).run(program, inputs);
    List<ProductCost> products = new ArrayList<>();
    meant.forEach((key, reference) -> {
      Tensor other = got.get(key);
      if (other != null && other.size() == reference.size()) {
        Tensor ordered = Optional.ofNullable(orders.get(key.location()))
            .map(order -> channels(reference, order)).orElse(reference);
        products.add(new ProductCost(key.location(), Comparison.of(ordered, other)));
      }
    });
    ImmutableList.Builder<Comparison> outputs = ImmutableList.builder();
    for (int i = 0; i < exact.size(); i++) {
      outputs.add(Comparison.of(exact.get(i), actual.get(i)));
    }
    return new PrecisionCost(outputs.build(), ImmutableList.copyOf(products), attentions.accuracies());
  }

  /** The channels of a tensor, which lie along its last axis, in an order. */
  private static Tensor channels(Tensor tensor, List<Integer> order) {
    double[] values = tensor.values();
    int count = order.size();
    return Tensor.generate(tensor.type(), i -> values[i - i % count + order.get(i % count)]);
  }

  private static Interpreter.Observer collect(Map<Key, Tensor> products) {
    Map<Location, Integer> seen = new HashMap<>();
    return (Operation operation, List<Tensor> _, List<Tensor> results) -> {
      if (operation.op() instanceof ProductOp) {
        int occurrence = seen.merge(operation.location(), 1, Integer::sum);
        products.put(new Key(operation.location(), occurrence), results.getFirst());
      }
    };
  }
}
