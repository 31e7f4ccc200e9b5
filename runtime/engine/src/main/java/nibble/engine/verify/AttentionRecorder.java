package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Attention;
import nibble.ir.op.KeptScores;
import nibble.ir.op.ProductOp;

/**
 * Finds what attentions of a program stand for in its model. All that a pass puts in place of an attention has the
 * place of the model's last product, with values; what it computes there is the last result of that product's shape.
 */
final class AttentionRecorder {
  /** A result of the model, and over how many keys it is a sum. */
  private record Meant(Tensor result, int keys) {}

  private record Got(ImmutableLongArray scores, Optional<Tensor> result) {}

  private final Map<Location, Meant> meant = new HashMap<>();
  private final Map<Location, Got> got = new LinkedHashMap<>();

  /** Sees an operation of the model. */
  void meant(Operation operation, List<Tensor> operands, List<Tensor> results) {
    if (operation.op() instanceof ProductOp) {
      int[] weights = operands.getFirst().extents();
      meant.put(operation.location(), new Meant(results.getFirst(), weights[weights.length - 1]));
    } else if (operation.op() instanceof Attention) {
      int[] keys = operands.get(1).extents();
      meant.put(operation.location(), new Meant(results.getFirst(), keys[keys.length - 2]));
    }
  }

  /** Sees an operation of the program. */
  void got(Operation operation, List<Tensor> operands, List<Tensor> results) {
    Meant reference = meant.get(operation.location());
    if (reference == null || results.size() != 1) {
      return;
    }
    Optional<Tensor> result = results.stream()
        .filter(tensor -> Arrays.equals(tensor.extents(), reference.result.extents())).findFirst();
    if (operation.op() instanceof Attention op) {
      got.put(operation.location(), new Got(KeptScores.ofHeads(op, operands), result));
    } else if (result.isPresent()) {
      got.computeIfPresent(operation.location(), (location, before) -> new Got(before.scores, result));
    }
  }

  /** In order of execution. */
  ImmutableList<AttentionAccuracy> accuracies() {
    ImmutableList.Builder<AttentionAccuracy> accuracies = ImmutableList.builder();
    got.forEach((location, found) -> found.result
        .filter(result -> result.size() > 0)
        .ifPresent(result -> accuracies.add(AttentionAccuracy.of(
            location, meant.get(location).result, result, meant.get(location).keys, found.scores))));
    return accuracies.build();
  }
}
