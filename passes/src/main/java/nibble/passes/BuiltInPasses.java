package nibble.passes;

import com.google.common.collect.ImmutableList;
import nibble.passes.canonicalize.Canonicalize;
import nibble.passes.graph.DecomposeComposites;
import nibble.passes.graph.EliminateCommonSubexpressions;
import nibble.passes.graph.EliminateDeadCode;
import nibble.passes.graph.FoldConstants;
import nibble.passes.graph.SpecializeSizes;
import nibble.passes.graph.UnrollLoops;
import nibble.passes.pipeline.OptionSyntax;
import nibble.passes.precision.CalibrateQuantizers;
import nibble.passes.precision.CastMatMuls;
import nibble.passes.precision.ChooseQuantizers;
import nibble.passes.precision.FoldDequantize;
import nibble.passes.precision.LayoutSpec;
import nibble.passes.precision.QuantizeMatMuls;
import nibble.passes.precision.RotateMatMuls;
import nibble.passes.precision.SmoothMatMuls;

/** The passes that need no plugin. */
public final class BuiltInPasses {
  /** Record classes, in the order in which they are listed for people. */
  public static final ImmutableList<Class<? extends Pass>> ALL = ImmutableList.of(
      Canonicalize.class,
      FoldConstants.class,
      EliminateCommonSubexpressions.class,
      EliminateDeadCode.class,
      SpecializeSizes.class,
      UnrollLoops.class,
      DecomposeComposites.class,
      SmoothMatMuls.class,
      RotateMatMuls.class,
      QuantizeMatMuls.class,
      ChooseQuantizers.class,
      CalibrateQuantizers.class,
      CastMatMuls.class,
      FoldDequantize.class);

  /** Syntax of their options, besides numbers, patterns and formats. */
  public static final ImmutableList<OptionSyntax<?>> SYNTAXES = ImmutableList.of(LayoutSpec.SYNTAX);

  private BuiltInPasses() {}
}
