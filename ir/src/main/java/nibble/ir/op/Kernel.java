package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.Block;
import nibble.ir.Op;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.Type;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;

/**
 * Operations that one GPU kernel computes. The region is isolated: it sees its arguments, which are the operands, and
 * nothing else.
 *
 * @param label the kernel's name
 */
@OpInfo(
    name = "kernel",
    summary = "operations that one GPU kernel computes together",
    rounding = "as its body")
public record Kernel(String label) implements Op {
  @Override
  public int regionCount() {
    return 1;
  }

  @Override
  public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
    return regions.getFirst().results().stream().map(Value::type).collect(ImmutableList.toImmutableList());
  }

  @Override
  public void verify(Operation operation) {
    ImmutableList<Type> arguments = operation.regions().getFirst().arguments().stream()
        .map(Value::type).collect(ImmutableList.toImmutableList());
    if (!arguments.equals(operation.operandTypes())) {
      throw new TypeRuleException(
          "the body of kernel takes " + arguments + ", its operands are " + operation.operandTypes());
    }
  }
}
