package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Add;
import nibble.ir.op.Cast;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Sub;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Multiplies what the codes of a weight leave of it as well, as codes of the same type: a second product beside the
 * first one.
 *
 * <pre>
 * %1 = quantize %w : tensor&lt;[384,64] x i8, scale&lt;axis 1, f32&gt;&gt;
 * %2 = dequantize %1 {to = f32}
 * %3 = matmul %x, %2
 * ==&gt;
 * %4 = sub %w, %2
 * %5 = quantize %4 : tensor&lt;[384,64] x i8, scale&lt;axis 1, f32&gt;&gt;
 * %6 = dequantize %5 {to = f32}
 * %7 = matmul %x, %6
 * %3 = add (matmul %x, %2), %7
 * </pre>
 *
 * @param products by their results
 */
record AddWeightLevels(ImmutableMap<Value, TwoLevelWeight> products) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    TwoLevelWeight weight =
        operation.results().isEmpty() ? null : products.get(operation.results().getFirst());
    if (weight == null) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Value right = operation.operand(1);
    Value left = builder.add(new Sub(), wide(weight.exact(), builder),
        builder.add(new Dequantize(Formats.F32), weight.codes()));
    Value codes = builder.add(weight.quantize(), left);
    Value level = weight.operand().toOperand(
        builder.add(new Dequantize(weight.to()), codes), right.tensorType().format(), builder);
    Value first = builder.add(operation.op(), operation.operand(0), right);
    Value second = builder.add(operation.op(), operation.operand(0), level);
    return Optional.of(ImmutableList.of(builder.add(new Add(), first, second)));
  }

  private static Value wide(Value x, BlockBuilder builder) {
    return x.tensorType().format().equals(Formats.F32) ? x : builder.add(new Cast(Formats.F32), x);
  }
}
