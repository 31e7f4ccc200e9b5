package nibble.passes;

import com.google.common.collect.ImmutableList;
import java.util.Collection;
import nibble.passes.attention.FuseAttentions;
import nibble.passes.attention.sparse.SparseAttention;
import nibble.passes.canonicalize.Canonicalize;
import nibble.passes.graph.DecomposeComposites;
import nibble.passes.graph.EliminateCommonSubexpressions;
import nibble.passes.graph.EliminateDeadCode;
import nibble.passes.graph.FoldConstants;
import nibble.passes.graph.SpecializeSizes;
import nibble.passes.graph.UnrollLoops;
import nibble.passes.pipeline.OptionSyntax;
import nibble.passes.precision.AddFallbackLevels;
import nibble.passes.precision.CalibrateQuantizers;
import nibble.passes.precision.CastMatMuls;
import nibble.passes.precision.ChooseQuantizers;
import nibble.passes.precision.CompressWeights;
import nibble.passes.precision.ComputeInIntegers;
import nibble.passes.precision.DelayScales;
import nibble.passes.precision.DetachOutliers;
import nibble.passes.precision.FoldDequantize;
import nibble.passes.precision.KeepValuesQuantized;
import nibble.passes.precision.LayoutSpec;
import nibble.passes.precision.PermuteChannels;
import nibble.passes.precision.PruneChannels;
import nibble.passes.precision.QuantizeMatMuls;
import nibble.passes.precision.RetainOutlierChannels;
import nibble.passes.precision.RotateMatMuls;
import nibble.passes.precision.RoundWeights;
import nibble.passes.precision.RouteProducts;
import nibble.passes.precision.SmoothMatMuls;
import nibble.passes.precision.SortChannels;
import nibble.passes.precision.SparseLayoutSpec;
import nibble.passes.precision.SparsifyActivations;
import nibble.passes.precision.SparsifyMatMuls;
import nibble.passes.precision.TransformMatMuls;
import nibble.passes.step.CacheDeltas;

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
      FuseAttentions.class,
      CacheDeltas.class,
      SmoothMatMuls.class,
      PruneChannels.class,
      PermuteChannels.class,
      SparsifyMatMuls.class,
      DetachOutliers.class,
      RotateMatMuls.class,
      TransformMatMuls.class,
      RetainOutlierChannels.class,
      SortChannels.class,
      QuantizeMatMuls.class,
      ChooseQuantizers.class,
      RouteProducts.class,
      RoundWeights.class,
      CalibrateQuantizers.class,
      DelayScales.class,
      AddFallbackLevels.class,
      ComputeInIntegers.class,
      KeepValuesQuantized.class,
      CastMatMuls.class,
      CompressWeights.class,
      SparsifyActivations.class,
      FoldDequantize.class);

  /** Syntax of their options, besides numbers, patterns and formats. */
  public static final ImmutableList<OptionSyntax<?>> SYNTAXES =
      syntaxes(ImmutableList.of());

  private BuiltInPasses() {}

  /** The same, with sparse attentions of plugins. */
  public static ImmutableList<OptionSyntax<?>> syntaxes(Collection<SparseAttention.Clause> more) {
    return ImmutableList.of(LayoutSpec.SYNTAX, SparseLayoutSpec.SYNTAX, SparseAttention.syntax(more));
  }
}
