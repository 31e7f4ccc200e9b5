package nibble.codegen.partition;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.And;
import nibble.ir.op.Attention;
import nibble.ir.op.BlockSelection;
import nibble.ir.op.BroadcastTo;
import nibble.ir.op.Cast;
import nibble.ir.op.Compare;
import nibble.ir.op.Concat;
import nibble.ir.op.Constant;
import nibble.ir.op.ReduceSum;
import nibble.ir.op.Reshape;
import nibble.ir.op.Select;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Makes blocks of fewer keys than a scheme has in a step whole steps: those of which some part is selected, under a mask
 * that hides the other parts.
 *
 * <pre>
 * %1 = attention %q, %k, %v, %selected {scheme = sage3, blocks = [64,64]}
 * ==&gt;
 * %2 = reduce_sum of %selected over two neighbours, compared with 0
 * %3 = broadcast %selected to queries and keys
 * %1 = attention %q, %k, %v, %3, %2 {scheme = sage3, blocks = [64,128]}
 * </pre>
 *
 * <p>What a score fills stays: what is not selected has no part, and a mask can't say that where it fills. So do filters,
 * which decide for each block.
 */
public final class WidenSelectedBlocks implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof Attention op) || !takes(op)
        || !operation.operands().getLast().tensorType().format().equals(Formats.BOOL)) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    long step = op.scheme().orElseThrow().lowBit().step();
    Shape q = operation.operand(0).tensorType().shape();
    Shape k = operation.operand(1).tensorType().shape();
    Value selected = operation.operands().getLast();
    Value each = new BlockSelection(builder, op, q, k).perElement(selected);
    List<Value> operands = new ArrayList<>(operation.operands().subList(0, 3));
    operands.add(op.mask(operation.operands()).map(mask -> and(builder, mask, each)).orElse(each));
    op.added(operation.operands()).ifPresent(operands::add);
    op.lengths(operation.operands()).ifPresent(operands::add);
    Shape blocks = op.blocks().orElseThrow();
    operands.add(some(builder, selected, step / blocks.dim(1).constant(), k.dim(-2).ceilDiv(step)));
    Attention wide = op.withBlocks(blocks.dim(0).constant(), step);
    return Optional.of(ImmutableList.of(builder.add(wide, operands.toArray(Value[]::new))));
  }

  private static boolean takes(Attention op) {
    if (op.blocks().isEmpty() || op.scheme().isEmpty() || op.fill().isPresent() || op.filter().isPresent()) {
      return false;
    }
    long step = op.scheme().get().lowBit().step();
    long keys = op.blocks().get().dim(1).constant();
    return keys < step && step % keys == 0;
  }

  private static Value and(BlockBuilder builder, Value mask, Value each) {
    TensorType type = mask.tensorType();
    return type.format().equals(Formats.BOOL)
        ? builder.add(new And(), mask, each)
        : builder.add(new Select(), each, mask, builder.add(
            Constant.splat(Double.NEGATIVE_INFINITY, TensorType.scalar(type.format()))));
  }

  /** Whether some of so many neighbours along the last axis is selected. */
  private static Value some(BlockBuilder builder, Value selected, long neighbours, Dim count) {
    Shape shape = selected.tensorType().shape();
    if (shape.last().is(1)) {
      return selected;
    }
    int last = shape.rank() - 1;
    Dim more = count.times(Dim.of(neighbours)).minus(shape.last());
    Value whole = more.is(0) ? selected : builder.add(new Concat(last), selected, builder.add(
        new BroadcastTo(shape.with(last, more)), builder.add(Constant.splat(0, TensorType.scalar(Formats.BOOL)))));
    Value apart = builder.add(new Reshape(shape.slice(0, last).append(count, Dim.of(neighbours))), whole);
    Value counts = builder.add(new ReduceSum(ImmutableList.of(last + 1), false), builder.add(new Cast(Formats.I32), apart));
    return builder.add(new Compare(Compare.Kind.GT), counts, builder.add(
        Constant.splat(0, TensorType.scalar(Formats.I32))));
  }
}
