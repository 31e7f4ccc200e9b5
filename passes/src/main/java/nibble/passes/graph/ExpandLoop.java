package nibble.passes.graph;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Constant;
import nibble.ir.op.For;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;

/**
 * Writes out a loop.
 *
 * <pre>
 * %1 = for %x {from = 0, to = 2} do (%i: .., %a: ..) {    =&gt;  %2 = constant {values = [0.0]}
 *   %0 = exp %a                                               %3 = exp %x
 *   yield %0                                                  %4 = constant {values = [1.0]}
 * }                                                           %5 = exp %3
 * </pre>
 *
 * @param limit most iterations
 */
public record ExpandLoop(long limit) implements Rewrite {
  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (!(operation.op() instanceof For loop) || !loop.from().isConstant() || !loop.to().isConstant()) {
      return Optional.empty();
    }
    if (loop.to().constant() - loop.from().constant() > limit) {
      return Optional.empty();
    }
    BlockBuilder builder = context.builder();
    Block body = operation.regions().getFirst();
    List<Value> carried = operation.operands();
    for (long i = loop.from().constant(); i < loop.to().constant(); i++) {
      List<Value> arguments = new ArrayList<>();
      arguments.add(builder.at(operation.location()).add(Constant.splat(i, For.COUNTER)));
      arguments.addAll(carried);
      carried = BlockCopy.into(builder, body, arguments);
    }
    return Optional.of(ImmutableList.copyOf(carried));
  }
}
