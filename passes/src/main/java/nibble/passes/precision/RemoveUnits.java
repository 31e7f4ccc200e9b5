package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Names;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Constant;
import nibble.ir.op.Gather;
import nibble.ir.op.MatMul;
import nibble.ir.op.Mul;
import nibble.ir.op.Reshape;
import nibble.ir.shape.Shape;

/**
 * Computes fewer channels, or heads, between products: those that are kept are gathered from weights and constants when
 * these are prepared, and all between has smaller types.
 *
 * <pre>
 * %1 = matmul %x, %w : [B,128]   =&gt;  %w2 = gather %w, kept {axis = 1}
 * %3 = gelu %1 : [B,128]             %1 = matmul %x, %w2 : [B,96]
 * %4 = matmul %3, %v                 %3 = gelu %1 : [B,96]
 *                                    %v2 = gather %v, kept {axis = 0}
 *                                    %4 = matmul %3, %v2
 * </pre>
 *
 * @param removals what is removed
 */
record RemoveUnits(ImmutableList<Removal> removals) {
  /**
   * Units that lie between some products.
   *
   * @param path of the units
   * @param consumers products that sum over them
   * @param kept numbers of those that are kept, ascending
   * @param factors of those, which the weights of the consumers are multiplied by; empty for 1
   */
  record Removal(
      UnitPath path, ImmutableList<Operation> consumers, ImmutableList<Integer> kept, ImmutableList<Double> factors) {
    /** The indices of an axis on which units have that width. */
    private ImmutableList<Double> indices(int width) {
      return kept.stream().flatMap(unit -> IntStream.range(0, width).mapToObj(i -> (double) (unit * width + i)))
          .collect(ImmutableList.toImmutableList());
    }

    private ImmutableList<Double> factors(int width) {
      return factors.stream().flatMap(factor -> IntStream.range(0, width).mapToObj(i -> factor))
          .collect(ImmutableList.toImmutableList());
    }
  }

  /** A part of an operand that stays. */
  private record Kept(int index, int axis, ImmutableList<Double> indices, ImmutableList<Double> factors) {}

  Function apply(Function function) {
    Definitions definitions = Definitions.in(function);
    Map<Operation, List<Kept>> gathered = new HashMap<>();
    Map<Value, TensorType> types = new HashMap<>();
    for (Removal removal : removals) {
      UnitPath path = removal.path;
      path.places().keySet().forEach(value -> types.put(value, path.shrunk(value, removal.kept.size())));
      path.producers().forEach((product, place) -> add(gathered, product, new Kept(
          1, transposes(product) ? 0 : 1, removal.indices(place.width()), ImmutableList.of())));
      path.constants().forEach((constant, place) -> add(gathered, constant.operation(), new Kept(
          constant.index(), place.axis(), removal.indices(place.width()), ImmutableList.of())));
      for (Operation consumer : removal.consumers) {
        int width = path.width(consumer);
        add(gathered, consumer, new Kept(
            1, transposes(consumer) ? 1 : 0, removal.indices(width), removal.factors(width)));
      }
    }
    BlockBuilder builder = new BlockBuilder(Names.after(function));
    Map<Value, Value> replaced = new HashMap<>();
    for (Operation operation : function.body().operations()) {
      boolean shrinks = gathered.containsKey(operation) || operation.results().stream().anyMatch(types::containsKey);
      if (!shrinks) {
        builder.append(operation.withOperands(replace(operation.operands(), replaced)));
        continue;
      }
      builder.at(operation.location());
      List<Value> operands = new ArrayList<>(replace(operation.operands(), replaced));
      List<Kept> kept = gathered.getOrDefault(operation, List.of());
      for (int i = 0; i < operands.size(); i++) {
        int index = i;
        List<Kept> ofOperand = kept.stream().filter(one -> one.index == index).toList();
        if (!ofOperand.isEmpty()) {
          operands.set(i, gathered(operation, i, ofOperand, definitions, builder));
        }
      }
      Op op = shrunk(operation, types);
      replaced.put(operation.result(), builder.add(op, operands, List.of()).result());
    }
    Block body = function.body();
    return function.withBody(new Block(body.arguments(), builder.since(0), replace(body.results(), replaced)));
  }

  private static void add(Map<Operation, List<Kept>> gathered, Operation operation, Kept kept) {
    gathered.computeIfAbsent(operation, none -> new ArrayList<>()).add(kept);
  }

  private static boolean transposes(Operation product) {
    return ((MatMul) product.op()).transposeB();
  }

  private static ImmutableList<Value> replace(ImmutableList<Value> values, Map<Value, Value> replaced) {
    return values.stream().map(value -> replaced.getOrDefault(value, value)).collect(ImmutableList.toImmutableList());
  }

  /** An op whose attributes tell the shape tells the smaller one. */
  private static Op shrunk(Operation operation, Map<Value, TensorType> types) {
    Optional<Shape> shape = Optional.ofNullable(types.get(operation.result())).map(TensorType::shape);
    return switch (operation.op()) {
      case Reshape reshape when shape.isPresent() -> new Reshape(shape.get());
      case BroadcastTo broadcast when shape.isPresent() -> new BroadcastTo(shape.get());
      default -> operation.op();
    };
  }

  private static Value gathered(
      Operation operation, int index, List<Kept> all, Definitions definitions, BlockBuilder builder) {
    Value operand = operation.operand(index);
    // Of a product, the weight is smaller where it is stored.
    StoredOperand source = operation.op() instanceof MatMul
        ? StoredOperand.of(operand, definitions)
        : new StoredOperand(operand, ImmutableList.of(), Optional.empty(), "");
    Value stored = source.stored();
    for (Kept kept : all) {
      int axis = source.storedAxis(kept.axis);
      Value indices = builder.add(new Constant(
          kept.indices, TensorType.of(Shape.of(kept.indices.size()), Formats.I32)));
      stored = builder.add(new Gather(axis), stored, indices);
      if (!kept.factors.isEmpty()) {
        stored = builder.add(
            new Mul(), stored, builder.add(ChannelConstant.along(kept.factors, stored.tensorType(), axis)));
      }
    }
    return source.toOperand(stored, operand.tensorType().format(), builder);
  }
}
