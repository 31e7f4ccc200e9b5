package nibble.passes.graph;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.Value;

/** Copies operations under new names; each keeps its location. */
final class BlockCopy {
  private final BlockBuilder builder;
  private final Map<Value, Value> copies = new HashMap<>();

  private BlockCopy(BlockBuilder builder) {
    this.builder = builder;
  }

  /**
   * Appends a copy of a block's operations.
   *
   * @param arguments what stands for the block's arguments
   * @return what the block yields
   */
  static ImmutableList<Value> into(BlockBuilder builder, Block block, List<Value> arguments) {
    BlockCopy copy = new BlockCopy(builder);
    for (int i = 0; i < arguments.size(); i++) {
      copy.copies.put(block.arguments().get(i), arguments.get(i));
    }
    block.operations().forEach(operation -> builder.append(copy.copy(operation)));
    return copy.use(block.results());
  }

  private Operation copy(Operation operation) {
    ImmutableList<Value> operands = use(operation.operands());
    ImmutableList<Block> regions = operation.regions().stream()
        .map(region -> new Block(
            define(region.arguments()),
            region.operations().stream().map(this::copy).collect(ImmutableList.toImmutableList()),
            use(region.results())))
        .collect(ImmutableList.toImmutableList());
    return new Operation(operation.op(), operands, define(operation.results()), regions, operation.location());
  }

  private ImmutableList<Value> define(ImmutableList<Value> values) {
    ImmutableList<Value> defined = values.stream()
        .map(value -> new Value(builder.names().next(), value.type()))
        .collect(ImmutableList.toImmutableList());
    for (int i = 0; i < defined.size(); i++) {
      copies.put(values.get(i), defined.get(i));
    }
    return defined;
  }

  private ImmutableList<Value> use(ImmutableList<Value> values) {
    return values.stream().map(value -> copies.getOrDefault(value, value)).collect(ImmutableList.toImmutableList());
  }
}
