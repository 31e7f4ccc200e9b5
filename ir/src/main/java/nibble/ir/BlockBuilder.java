package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Appends operations to a block. Result types come from the type rule of each op and names from a supply that all
 * builders of one function share.
 */
public final class BlockBuilder {
  private final Names names;
  private final List<Value> arguments = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private Location location = Location.UNKNOWN;

  public BlockBuilder() {
    this(new Names());
  }

  public BlockBuilder(Names names) {
    this.names = names;
  }

  public Names names() {
    return names;
  }

  /** Sets the location of the operations that follow. */
  public BlockBuilder at(Location where) {
    this.location = where;
    return this;
  }

  public Location location() {
    return location;
  }

  /** A block argument of that name. */
  public Value argument(String name, Type type) {
    Value value = new Value(names.claim(name), type);
    arguments.add(value);
    return value;
  }

  /** A block argument with a name of the supply. */
  public Value argument(Type type) {
    Value value = new Value(names.next(), type);
    arguments.add(value);
    return value;
  }

  /**
   * Appends an operation with one result.
   *
   * @throws TypeRuleException where the operands do not fit the op
   */
  public Value add(Op op, Value... operands) {
    return add(op, Arrays.asList(operands), List.of()).result();
  }

  /**
   * Appends an operation.
   *
   * @throws TypeRuleException where the operands do not fit the op
   */
  public Operation add(Op op, List<Value> operands, List<Block> regions) {
    ImmutableList<Type> types =
        op.resultTypes(operands.stream().map(Value::type).collect(ImmutableList.toImmutableList()), regions);
    Operation operation = new Operation(
        op,
        ImmutableList.copyOf(operands),
        types.stream().map(type -> new Value(names.next(), type)).collect(ImmutableList.toImmutableList()),
        ImmutableList.copyOf(regions),
        location);
    op.verify(operation);
    operations.add(operation);
    return operation;
  }

  /** Number of operations so far. */
  public int size() {
    return operations.size();
  }

  /** The operations from that index on. */
  public ImmutableList<Operation> since(int index) {
    return ImmutableList.copyOf(operations.subList(index, operations.size()));
  }

  /** Appends an operation that exists already. */
  public void append(Operation operation) {
    operations.add(operation);
  }

  /** Builds a nested block that shares the supply of names and the location. */
  public Block nested(Function<BlockBuilder, List<Value>> body) {
    BlockBuilder inner = new BlockBuilder(names).at(location);
    List<Value> results = body.apply(inner);
    return inner.build(results);
  }

  public Block build(List<Value> results) {
    return new Block(
        ImmutableList.copyOf(arguments), ImmutableList.copyOf(operations), ImmutableList.copyOf(results));
  }

  public Block build(Value... results) {
    return build(Arrays.asList(results));
  }
}
