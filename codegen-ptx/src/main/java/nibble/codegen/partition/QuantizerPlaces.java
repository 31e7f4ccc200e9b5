package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Quantize;

/**
 * Decides which quantizers behind views are computed by the kernels whose results these are views of: all of one, or
 * none.
 */
final class QuantizerPlaces {
  private final Map<Value, Operation> definitions = new HashMap<>();
  /** What reads a value: operations, and the function. */
  private final Map<Value, Set<Object>> users = new HashMap<>();
  private final Map<Operation, ViewedQuantizer> quantizerOf = new HashMap<>();
  private final Map<ViewedQuantizer, Optional<Group>> hosts = new HashMap<>();
  private final Map<Operation, QuantizerPlace> known = new LinkedHashMap<>();

  private QuantizerPlaces() {}

  static QuantizerPlaces of(Function function) {
    QuantizerPlaces places = new QuantizerPlaces();
    for (Operation operation : function.body().operations()) {
      operation.results().forEach(result -> places.definitions.put(result, operation));
      operation.operands().forEach(operand -> places.users(operand).add(operation));
    }
    function.body().results().forEach(result -> places.users(result).add(function));
    for (Operation operation : function.body().operations()) {
      if (operation.op() instanceof Quantize) {
        ViewedQuantizer.of(operation, places.definitions, places::users).ifPresent(quantizer ->
            quantizer.operations().forEach(part -> places.quantizerOf.merge(part, quantizer, (first, second) ->
                first.obstacle().isPresent() ? second : first)));
      }
    }
    return places;
  }

  private Set<Object> users(Value value) {
    return users.computeIfAbsent(value, _ -> new HashSet<>());
  }

  /** The kernel that computes an operation as part of a quantizer behind views, if there is one. */
  Optional<Group> host(Operation operation, Map<Value, Group> groupOf, Conditions conditions) {
    ViewedQuantizer quantizer = quantizerOf.get(operation);
    return quantizer == null
        ? Optional.empty()
        : hosts.computeIfAbsent(quantizer, _ -> find(quantizer, groupOf.get(quantizer.source()), conditions));
  }

  private Optional<Group> find(ViewedQuantizer quantizer, Group group, Conditions conditions) {
    if (group == null || !group.mayQuantize()) {
      return Optional.empty();
    }
    Optional<String> why = quantizer.obstacle().or(() -> group.obstacle(quantizer, definitions))
        .or(() -> quantizer.operations().stream().allMatch(part -> group.isNeededWith(part, conditions))
            ? Optional.empty() : Optional.of("it is not needed whenever the product is"));
    known.put(quantizer.quantizer(), new QuantizerPlace(quantizer.quantizer(), why));
    if (why.isPresent()) {
      return Optional.empty();
    }
    group.host(quantizer);
    return Optional.of(group);
  }

  /** Where quantizers behind views of products are computed, as far as operations have been asked for. */
  ImmutableList<QuantizerPlace> known() {
    return ImmutableList.copyOf(known.values());
  }
}
