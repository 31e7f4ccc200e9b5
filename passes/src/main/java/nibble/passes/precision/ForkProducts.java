package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Names;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.BinaryOp;
import nibble.ir.op.Compare;
import nibble.ir.op.Either;
import nibble.ir.op.UnaryOp;
import nibble.passes.attention.sparse.Arithmetic;
import nibble.passes.precision.BlockChanges.Ends;

/**
 * Makes two products of one, of which a truth value takes one: state of each block, that says whether it was calm in
 * the step before. What is computed of a product alone, element by element, is done on both sides, so that it stays a
 * part of the product's kernel.
 *
 * <pre>
 * %1 = matmul %x, %w      =&gt;  %3 = matmul %x, %w
 * %2 = add %1, %b             %4 = matmul %x, %w
 *                             %5 = add %3, %b
 *                             %6 = add %4, %b
 *                             %2 = either %calm, %5, %6
 * </pre>
 *
 * <p>A block that a cache of deltas skips in this step has no change to tell, and is not calm in the next.
 *
 * @param blocks path of the block of each product, by its result
 * @param route says when a block is calm
 */
record ForkProducts(ImmutableMap<Value, String> blocks, RouteProducts route) {
  /**
   * A function with products of both kinds.
   *
   * @param narrow results of those for calm blocks
   * @param wide results of the others
   */
  record Forked(Function function, ImmutableSet<Value> narrow, ImmutableSet<Value> wide) {}

  /** Two values of which one is taken. */
  private record Fork(String block, Value narrow, Value wide) {}

  Forked apply(Function function) {
    BlockBuilder builder = new BlockBuilder(Names.after(function));
    Map<String, Value> calm = new LinkedHashMap<>();
    blocks.values().forEach(block -> calm.computeIfAbsent(block, path -> new Value(
        builder.names().claim(path.replace('[', '.').replace("]", "") + ".calm"), TensorType.scalar(Formats.BOOL))));
    Map<String, Ends> ends = new LinkedHashMap<>();
    calm.keySet().forEach(block -> ends.put(block, new BlockChanges(function).ends(block).orElseThrow()));
    Map<Value, Integer> uses = uses(function, ends.values());
    Map<Value, Fork> forks = new HashMap<>();
    ImmutableSet.Builder<Value> narrow = ImmutableSet.builder();
    ImmutableSet.Builder<Value> wide = ImmutableSet.builder();
    for (Operation operation : function.body().operations()) {
      builder.at(operation.location());
      Optional<Fork> fork = forked(operation, forks, uses, builder);
      if (fork.isPresent()) {
        forks.put(operation.result(), fork.get());
        if (blocks.containsKey(operation.result())) {
          narrow.add(fork.get().narrow);
          wide.add(fork.get().wide);
        }
        continue;
      }
      operation.operands().forEach(operand -> take(operand, forks, calm, builder));
      List.copyOf(forks.keySet()).stream().filter(value -> BlockChanges.readsInside(operation, value))
          .forEach(value -> take(value, forks, calm, builder));
      builder.append(operation);
    }
    function.body().results().forEach(result -> take(result, forks, calm, builder));
    List<Value> next = new ArrayList<>();
    for (Ends block : ends.values()) {
      take(block.in(), forks, calm, builder);
      take(block.out(), forks, calm, builder);
      next.add(isCalm(function, block, new Arithmetic(builder.at(Location.UNKNOWN))));
    }
    return new Forked(
        function.withBody(new Block(
            ImmutableList.<Value>builder().addAll(function.parameters()).addAll(calm.values()).build(),
            builder.since(0),
            ImmutableList.<Value>builder().addAll(function.body().results()).addAll(next).build())),
        narrow.build(), wide.build());
  }

  /** How often values are read, by their blocks' changes too. */
  private static Map<Value, Integer> uses(Function function, Collection<Ends> blocks) {
    Map<Value, Integer> uses = new HashMap<>();
    blocks.forEach(block -> List.of(block.in(), block.out()).forEach(end -> uses.merge(end, 1, Integer::sum)));
    function.body().walk(operation -> operation.operands().forEach(operand -> uses.merge(operand, 1, Integer::sum)));
    function.body().results().forEach(result -> uses.merge(result, 1, Integer::sum));
    return uses;
  }

  /** Both sides of a product, or of what is computed of one that nobody else reads. */
  private Optional<Fork> forked(
      Operation operation, Map<Value, Fork> forks, Map<Value, Integer> uses, BlockBuilder builder) {
    if (operation.results().size() == 1 && blocks.containsKey(operation.result())
        && operation.operands().stream().noneMatch(forks::containsKey)) {
      return Optional.of(new Fork(
          blocks.get(operation.result()), copy(operation, operation.operands(), builder),
          copy(operation, operation.operands(), builder)));
    }
    List<Value> open = operation.operands().stream().filter(forks::containsKey).toList();
    boolean isElementwise = operation.op() instanceof UnaryOp || operation.op() instanceof BinaryOp;
    if (!isElementwise || open.size() != 1 || uses.get(open.getFirst()) != 1) {
      return Optional.empty();
    }
    Fork fork = forks.remove(open.getFirst());
    return Optional.of(new Fork(
        fork.block, copy(operation, with(operation, open.getFirst(), fork.narrow), builder),
        copy(operation, with(operation, open.getFirst(), fork.wide), builder)));
  }

  private static List<Value> with(Operation operation, Value operand, Value other) {
    return operation.operands().stream().map(value -> value.equals(operand) ? other : value).toList();
  }

  private static Value copy(Operation operation, List<Value> operands, BlockBuilder builder) {
    return builder.add(operation.op(), operands.toArray(Value[]::new));
  }

  /** Ends a fork where something else reads its value. */
  private static void take(Value value, Map<Value, Fork> forks, Map<String, Value> calm, BlockBuilder builder) {
    Fork fork = forks.remove(value);
    if (fork != null) {
      builder.append(new Operation(
          new Either(), ImmutableList.of(calm.get(fork.block), fork.narrow, fork.wide), ImmutableList.of(value),
          ImmutableList.of(), builder.location()));
    }
  }

  private Value isCalm(Function function, Ends ends, Arithmetic arithmetic) {
    Value moved = arithmetic.totalOfMagnitudes(arithmetic.sub(ends.out(), ends.in()));
    Value all = arithmetic.totalOfMagnitudes(ends.in());
    Value isSomething = arithmetic.compare(Compare.Kind.GT, all, arithmetic.real(0));
    Value change = arithmetic.div(moved, arithmetic.select(isSomething, all, arithmetic.real(1)));
    Value predicted = arithmetic.add(
        arithmetic.mul(change, arithmetic.real(route.slope())), arithmetic.real(route.offset()));
    Value calm = arithmetic.and(
        isSomething, arithmetic.compare(Compare.Kind.LE, predicted, arithmetic.real(route.threshold())));
    return skipped(function, ends)
        .map(skip -> arithmetic.either(skip, arithmetic.not(skip), calm)).orElse(calm);
  }

  /** Whether this step skips the block, where there is a cache of its delta. */
  private static Optional<Value> skipped(Function function, Ends ends) {
    return function.body().operations().stream()
        .filter(operation -> operation.op() instanceof Either && operation.operand(2).equals(ends.out()))
        .map(operation -> operation.operand(0)).findFirst();
  }
}
