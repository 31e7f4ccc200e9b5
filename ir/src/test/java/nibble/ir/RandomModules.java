package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * Random modules that verify, over all built-in ops, types and kinds of attributes, with symbolic sizes, nested regions
 * and locations; and inputs to run them. The same seed gives the same module.
 */
public final class RandomModules {
  private RandomModules() {}

  /** Modules of up to 25 operations; they shrink to fewer. */
  public static Arbitrary<Module> modules() {
    return Combinators.combine(Arbitraries.longs(), Arbitraries.integers().between(0, 25)).as(RandomModules::module);
  }

  /** A module of one function {@code @main} with about as many operations, besides those of regions. */
  public static Module module(long seed, int operations) {
    RandomBlock block = start(seed);
    for (int i = 0; i < operations; i++) {
      block.addOperation();
    }
    return finish(block);
  }

  /** A module of one function {@code @main} with an operation of that op, and what it needs. */
  public static Module module(long seed, Class<? extends Op> op) {
    RandomBlock block = start(seed);
    RandomOps.one(block, op);
    return finish(block);
  }

  private static RandomBlock start(long seed) {
    RandomBlock block = RandomBlock.ofFunction(new Random(seed));
    // The sizes stand alone in the first parameter, so that inputs bind them.
    block.parameter(TensorType.of(Shape.of(Dim.symbol("B"), Dim.symbol("S")), Formats.F32));
    return block;
  }

  private static Module finish(RandomBlock block) {
    Function main = new Function("main", block.build(block.random().nextInt(4)), block.location());
    return Module.of("random", RandomTypes.SYMBOLS, List.of(main));
  }

  /** Inputs that fit a function, with small sizes that the bounds of {@link #module} allow. */
  public static ImmutableList<Tensor> inputs(Function function, Random random) {
    Map<String, Long> sizes = Map.of("B", 1L + random.nextInt(2), "S", 4L + 4 * random.nextInt(2));
    return Substitution.of(sizes).apply(function).parameters().stream()
        .map(parameter -> tensor(parameter.tensorType(), random))
        .collect(ImmutableList.toImmutableList());
  }

  /** Weights by key; the same key gives the same numbers. */
  public static WeightSource weights(long seed) {
    Map<String, Tensor> made = new HashMap<>();
    return (key, type) -> made.computeIfAbsent(
        key + type, text -> tensor(type, new Random(seed ^ text.hashCode())));
  }

  /** A tensor of a constant shape with values of its format: tame ones, of magnitude 1 or so. */
  public static Tensor tensor(TensorType type, Random random) {
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = element(type.format(), random);
    }
    return new Tensor(
        type,
        elements,
        type.scale().map(layout -> scales(type.scaleType(), random)),
        type.zeroType().map(zeros -> tensor(zeros, random)),
        type.residualType().map(codes -> tensor(codes, random)));
  }

  private static Tensor scales(TensorType type, Random random) {
    double[] scales = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = type.format().round(0.01 + random.nextDouble());
    }
    return type.isScaled()
        ? Tensor.scaled(type, scales, scales(type.scaleType(), random))
        : Tensor.of(type, scales);
  }

  private static double element(NumberFormat format, Random random) {
    if (format.isFloat()) {
      return format.round(random.nextGaussian());
    }
    double low = Math.max(format.min(), -9);
    double high = Math.min(format.max(), 9);
    return low + random.nextInt((int) (high - low) + 1);
  }
}
