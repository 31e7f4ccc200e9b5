package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.function.Function;
import nibble.ir.Dialect;
import nibble.ir.Op;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.BlockSparse;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.PlainMask;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.ScaleRules;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts;

/** The built-in dialect: Tensor IR. */
public final class CoreDialect implements Dialect {
  @Override
  public String name() {
    return "core";
  }

  @Override
  public ImmutableList<Class<? extends Op>> ops() {
    return ImmutableList.<Class<? extends Op>>builder()
        // Sources
        .add(Weight.class, Constant.class, Iota.class)
        // Elementwise
        .add(Abs.class, Neg.class, Exp.class, Log.class, Sqrt.class, Rsqrt.class, Reciprocal.class, Tanh.class)
        .add(Erf.class, Erfc.class, Sin.class, Cos.class, Floor.class, Ceil.class, Round.class)
        .add(Relu.class, Sigmoid.class, Silu.class, Gelu.class)
        .add(Add.class, Sub.class, Mul.class, Div.class, Remainder.class, Pow.class, Minimum.class, Maximum.class)
        .add(Compare.class, And.class, Or.class, Not.class, Select.class, Either.class, Cast.class)
        // Reductions and normalisations
        .add(ReduceSum.class, ReduceMean.class, ReduceMax.class, ReduceMin.class)
        .add(Softmax.class, LayerNorm.class, RmsNorm.class)
        // Movement
        .add(Reshape.class, Transpose.class, BroadcastTo.class, Slice.class, Concat.class, Gather.class)
        // Products and precision
        .add(MatMul.class, Attention.class, AttentionLse.class, Members.class, GroupedMatMul.class, GatedSum.class)
        .add(Amax.class, Percentile.class, MseRange.class, Scales.class, Quantize.class, Dequantize.class)
        .add(Hadamard.class, Prune.class, SoftThreshold.class, Compress.class, Decompress.class)
        .add(Dyadic.class, Requantize.class)
        // Structure
        .add(For.class, Kernel.class)
        .build();
  }

  @Override
  public ImmutableList<NumberFormat> formats() {
    return Formats.all();
  }

  @Override
  public ImmutableMap<String, Function<List<Long>, Granularity>> granularities() {
    return Granularities.makers();
  }

  @Override
  public ImmutableList<Granularity> granularityExamples() {
    return ImmutableList.of(
        new Granularities.PerTensor(), new Granularities.PerAxis(0), new Granularities.PerToken(),
        new Granularities.PerBlock(1, 128), new Granularities.PerGroup(32), new Granularities.Interleaved(32, 8, 1));
  }

  @Override
  public ImmutableList<ScaleRule> scaleRules() {
    return ImmutableList.copyOf(ScaleRules.values());
  }

  @Override
  public ImmutableList<SparseLayout> sparseLayoutExamples() {
    return ImmutableList.of(
        new SparseLayouts.NOfM(2, 4), new SparseLayouts.VNOfM(64, 2, 8), new BlockSparse(64, 64, 1, 4),
        new PlainMask(1, 4));
  }

  @Override
  public ImmutableMap<Integer, Function<List<Long>, SparseLayout>> sparseLayouts() {
    return SparseLayouts.makers();
  }

  @Override
  public ImmutableMap<String, Function<List<Long>, SparseLayout>> namedSparseLayouts() {
    return SparseLayouts.named();
  }
}
