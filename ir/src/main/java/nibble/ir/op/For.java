package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.Block;
import nibble.ir.Op;
import nibble.ir.OpInfo;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Type;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;

/**
 * A loop with carried values. The operands are the carried values before the first iteration; the region takes the
 * counter (a scalar i32) and the carried values, and yields the next ones.
 *
 * @param from first value of the counter
 * @param to end, exclusive
 */
@OpInfo(name = "for", summary = "a counted loop with carried values", rounding = "as its body")
public record For(Dim from, Dim to) implements Op {
  /** Type of the loop counter. */
  public static final TensorType COUNTER = TensorType.scalar(Formats.I32);

  @Override
  public int regionCount() {
    return 1;
  }

  @Override
  public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
    return ImmutableList.copyOf(operands);
  }

  @Override
  public void verify(Operation operation) {
    Block body = operation.regions().getFirst();
    ImmutableList<Type> carried = operation.operandTypes();
    ImmutableList<Type> arguments =
        body.arguments().stream().map(Value::type).collect(ImmutableList.toImmutableList());
    ImmutableList<Type> expected = ImmutableList.<Type>builder().add(COUNTER).addAll(carried).build();
    if (!arguments.equals(expected)) {
      throw new TypeRuleException("the body of for takes " + expected + ", not " + arguments);
    }
    ImmutableList<Type> yielded = body.results().stream().map(Value::type).collect(ImmutableList.toImmutableList());
    if (!yielded.equals(carried)) {
      throw new TypeRuleException("the body of for yields " + carried + ", not " + yielded);
    }
  }
}
