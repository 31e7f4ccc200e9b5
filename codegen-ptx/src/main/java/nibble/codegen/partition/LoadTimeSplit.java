package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Constant;
import nibble.ir.op.Decompress;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Quantize;
import nibble.ir.op.TensorOp;
import nibble.ir.op.Weight;
import nibble.ir.rewrite.DeadCode;

/**
 * Splits off what depends on weights alone: it is computed once, when weights are loaded.
 *
 * @param load takes nothing and returns the constants
 * @param main takes the inputs and then the constants
 */
public record LoadTimeSplit(Function load, Function main) {
  /** Splits a function; what is compressed stays so. */
  public static LoadTimeSplit of(Function function) {
    return of(function, Set.of());
  }

  /**
   * Splits a function.
   *
   * @param dense names of compressed values that are decompressed when weights are loaded
   */
  public static LoadTimeSplit of(Function function, Set<String> dense) {
    Set<Value> loadTime = new HashSet<>();
    Set<Value> free = new HashSet<>();
    Set<Value> coded = CodedConstants.of(function);
    Set<Value> decoded = new HashSet<>();
    List<Operation> loaded = new ArrayList<>();
    List<Operation> rest = new ArrayList<>();
    for (Operation operation : function.body().operations()) {
      boolean isCoded = !operation.results().isEmpty() && coded.contains(operation.result());
      boolean known = isCoded && operation.operands().stream()
          .allMatch(value -> loadTime.contains(value) || free.contains(value) || decoded.contains(value));
      boolean material = isMaterial(operation, loadTime, free, dense)
          || known && (operation.op() instanceof Quantize || operation.operands().stream().anyMatch(loadTime::contains)
              && !isSmallerBefore(operation, dense));
      boolean computable = operation.op() instanceof TensorOp && !isSmallerBefore(operation, dense)
          && operation.result().tensorType().shape().isConstant()
          && operation.operands().stream().allMatch(value -> loadTime.contains(value) || free.contains(value));
      if (material) {
        loadTime.add(operation.result());
        loaded.add(operation);
      } else if (computable) {
        // Numbers that need no memory: kept where they are used, and at hand for the load function as well.
        free.add(operation.result());
        loaded.add(operation);
        rest.add(operation);
      } else if (known) {
        // Values that codes stand for, of which others are made; who multiplies them still dequantizes them himself.
        decoded.add(operation.result());
        loaded.add(operation);
        rest.add(operation);
      } else {
        rest.add(operation);
      }
    }
    ImmutableList<Value> constants = usedBy(rest, function.body().results(), loadTime);
    Block load = new Block(ImmutableList.of(), ImmutableList.copyOf(loaded), constants);
    Block main = new Block(
        ImmutableList.<Value>builder().addAll(function.parameters()).addAll(constants).build(),
        ImmutableList.copyOf(rest), function.body().results());
    return new LoadTimeSplit(
        DeadCode.remove(new Function(function.name() + ".load", load, function.location())),
        DeadCode.remove(function.withBody(main)));
  }

  private static boolean isMaterial(
      Operation operation, Set<Value> loadTime, Set<Value> free, Set<String> dense) {
    return switch (operation.op()) {
      case Weight weight -> true;
      case Constant constant -> constant.values().size() > 1;
      case TensorOp op -> !isSmallerBefore(operation, dense)
          && operation.operands().stream().anyMatch(loadTime::contains)
          && operation.result().tensorType().shape().isConstant()
          && operation.operands().stream().allMatch(value -> loadTime.contains(value) || free.contains(value));
      default -> false;
    };
  }

  /**
   * Codes are smaller than the values they stand for: they are dequantized where they are used; so is what is
   * compressed.
   */
  private static boolean isSmallerBefore(Operation operation, Set<String> dense) {
    return operation.op() instanceof Dequantize
        || operation.op() instanceof Decompress && !dense.contains(operation.operand(0).name());
  }

  private static ImmutableList<Value> usedBy(List<Operation> operations, List<Value> results, Set<Value> candidates) {
    Set<Value> used = new LinkedHashSet<>();
    for (Operation operation : operations) {
      operation.operands().stream().filter(candidates::contains).forEach(used::add);
    }
    results.stream().filter(candidates::contains).forEach(used::add);
    return ImmutableList.copyOf(used);
  }
}
