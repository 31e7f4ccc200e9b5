package nibble.codegen;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.Map;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.Value;
import nibble.ir.text.Printer;

/** The text of a kernel's region with values named in order: kernels that do the same have the same. */
final class CanonicalKernel {
  private final Map<Value, Value> renamed = new HashMap<>();

  private CanonicalKernel() {}

  static String key(Operation kernel, Registry registry) {
    Block region = new CanonicalKernel().rename(kernel.regions().getFirst());
    return new Printer(registry, false).print(new Function("kernel", region, Location.UNKNOWN));
  }

  private Block rename(Block block) {
    ImmutableList<Value> arguments = define(block.arguments());
    ImmutableList.Builder<Operation> operations = ImmutableList.builder();
    for (Operation operation : block.operations()) {
      operations.add(new Operation(
          operation.op(), use(operation.operands()), define(operation.results()), operation.regions(),
          Location.UNKNOWN));
    }
    return new Block(arguments, operations.build(), use(block.results()));
  }

  private ImmutableList<Value> define(ImmutableList<Value> values) {
    ImmutableList.Builder<Value> fresh = ImmutableList.builder();
    for (Value value : values) {
      Value other = new Value(String.valueOf(renamed.size()), value.type());
      renamed.put(value, other);
      fresh.add(other);
    }
    return fresh.build();
  }

  private ImmutableList<Value> use(ImmutableList<Value> values) {
    return values.stream().map(renamed::get).collect(ImmutableList.toImmutableList());
  }
}
