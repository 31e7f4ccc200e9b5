package nibble.passes.canonicalize;

import com.google.common.collect.ImmutableList;
import nibble.ir.Module;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteDriver;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;

/**
 * Brings operations into the form that other passes and backends look for, by the {@link #REWRITES} of this package.
 *
 * <pre>
 * %1 = constant {values = [1.0]}           =&gt;
 * %2 = transpose %w {axes = [1, 0]}
 * %3 = matmul %x, %2 {transposeB = false}      %5 = matmul %x, %w {transposeB = true}
 * %4 = mul %1, %3
 * return %4                                    return %5
 * </pre>
 */
@PassInfo(
    name = "canonicalize",
    summary = "removes and merges operations where that is exact to the bit, and orders operands",
    effect = NumericEffect.Kind.EXACT)
public record Canonicalize() implements Pass {
  /** In the order in which they are tried. */
  public static final ImmutableList<Rewrite> REWRITES = ImmutableList.of(
      new OrderOperands(),
      new RemoveAddZero(),
      new RemoveSubtractZero(),
      new RemoveMultiplyByOne(),
      new RemoveDivideByOne(),
      new TurnDivisionIntoProduct(),
      new RemoveDoubleNegation(),
      new TurnNegationIntoSubtraction(),
      new MergeIdempotents(),
      new RemoveEqualOperands(),
      new SimplifyLogic(),
      new SimplifySelect(),
      new RemoveCast(),
      new MergeCasts(),
      new RemoveIdentityView(),
      new MergeReshapes(),
      new MergeTransposes(),
      new MergeBroadcasts(),
      new MergeSlices(),
      new DropBroadcast(),
      new FoldTransposeIntoMatMul());

  @Override
  public Module run(Module module, PassContext context) {
    return new RewriteDriver(REWRITES).apply(module);
  }
}
