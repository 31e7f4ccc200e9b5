package nibble.passes.precision;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;

/**
 * What blocks of a model change about their input: {@code sum |out - in| / sum |in|}, by which "6Bit-Diffusion"
 * predicts how much quantization costs inside of a block. The block of an operation is that which its path is nearest
 * within and that gives a value of the type that it takes: of {@code layer[0].attn.q}, {@code layer[0].attn}.
 *
 * @param function that has the blocks
 */
public record BlockChanges(Function function) {
  /** What goes into a block, and what comes out of it. */
  public record Ends(Value in, Value out) {}

  /** The ends of the block that an operation stands in, where there is one. */
  Optional<Ends> ends(Operation operation) {
    String path = operation.location().path();
    while (path.contains(".")) {
      path = path.substring(0, path.lastIndexOf('.'));
      Optional<Ends> ends = ends(path);
      if (ends.isPresent()) {
        return ends;
      }
    }
    return Optional.empty();
  }

  /** The path of the outermost block around an operation that has ends of floating-point numbers. */
  Optional<String> outermost(Operation operation) {
    String path = operation.location().path();
    for (int end = path.indexOf('.'); end > 0; end = path.indexOf('.', end + 1)) {
      Optional<TensorType> type = ends(path.substring(0, end)).map(ends -> ends.out().tensorType());
      if (type.filter(known -> known.isPlain() && known.format().isFloat()).isPresent()) {
        return Optional.of(path.substring(0, end));
      }
    }
    return Optional.empty();
  }

  /** The ends of a block by its path. */
  public Optional<Ends> ends(String block) {
    Map<Value, Operation> made = new LinkedHashMap<>();
    Set<Value> taken = new LinkedHashSet<>();
    Set<Value> given = new LinkedHashSet<>(function.body().results());
    for (Operation operation : function.body().operations()) {
      String path = operation.location().path();
      if (path.equals(block) || path.startsWith(block + ".")) {
        operation.results().forEach(result -> made.put(result, operation));
        taken.addAll(operation.operands());
      } else {
        given.addAll(operation.operands());
      }
    }
    List<Value> outside = taken.stream().filter(value -> !made.containsKey(value)).toList();
    return made.keySet().stream().filter(given::contains).reduce((first, last) -> last).flatMap(out ->
        outside.stream().filter(in -> in.type().equals(out.type())).findFirst().map(in -> new Ends(in, out)));
  }

  /** Whether something in regions of an operation reads a value. */
  public static boolean readsInside(Operation operation, Value value) {
    return operation.regions().stream().anyMatch(region -> region.results().contains(value)
        || region.operations().stream().anyMatch(inner ->
            inner.operands().contains(value) || readsInside(inner, value)));
  }

  /** The change from one value of a block to the other. */
  static double change(Tensor in, Tensor out) {
    double moved = 0;
    double all = 0;
    double[] before = in.values();
    double[] after = out.values();
    for (int i = 0; i < before.length; i++) {
      moved += Math.abs(after[i] - before[i]);
      all += Math.abs(before[i]);
    }
    return moved / all;
  }
}
