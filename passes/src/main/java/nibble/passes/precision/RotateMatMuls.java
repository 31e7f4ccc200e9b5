package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.op.Hadamard;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Dim;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;

/**
 * Rotates both operands of matrix products with weights along their inner axis, by {@link RotateOperands}. A rotation
 * spreads an outlier over its block, so that a scale fits the block better, and cancels in the product: {@code (x H)
 * (w H)^T = x w^T}, since H is orthogonal ("Training Transformers with 4-bit Integers", section 3). The product stays
 * the same but for rounding. Stands before {@code quantize}.
 *
 * @param at paths of the products; none for all
 * @param size elements of a block, a power of two that divides the inner axis
 * @param seed of random signs; none for a plain Hadamard matrix
 * @param fit whether the size is the most that a block may have, so that every inner axis is a multiple of some block
 */
@PassInfo(
    name = "hadamard",
    summary = "rotates both operands of matrix products with weights, which spreads outliers before quantization",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record RotateMatMuls(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "elements of a block, a power of two that divides the inner axis", otherwise = "32") long size,
    @PassOption("seed of random signs; a plain Hadamard matrix where it is not given") Optional<Long> seed,
    @PassOption(
        value = "whether blocks are smaller where the inner axis is no multiple of the size: as large as divides it",
        otherwise = "false") boolean fit)
    implements Pass {
  public RotateMatMuls {
    new Hadamard(0, size, seed);
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> {
      ImmutableMap<Value, Long> sizes = sizes(function, context);
      return sizes.isEmpty()
          ? function
          : new RewriteDriver(new RotateOperands(sizes, seed)).apply(function, module.symbols());
    });
  }

  /** Sizes of blocks, by results of the products. */
  private ImmutableMap<Value, Long> sizes(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    WeightProduct.Reader reader = new WeightProduct.Reader(Definitions.in(function));
    ImmutableMap.Builder<Value, Long> sizes = ImmutableMap.builder();
    function.body().walk(operation -> {
      if (scope.includes(operation)) {
        Optional<String> obstacle = reader.obstacle(operation).or(() -> obstacle(operation));
        obstacle.ifPresentOrElse(
            why -> context.skipped("rotation", operation.location(), why),
            () -> {
              long block = block(operation);
              sizes.put(operation.result(), block);
              record(operation, reader.read(operation), block, scope, context);
            });
      }
    });
    return sizes.buildOrThrow();
  }

  private Optional<String> obstacle(Operation product) {
    Dim inner = product.operand(0).tensorType().shape().last();
    long block = block(product);
    if (fit && block == 1 && size > 1) {
      return Optional.of("its inner axis of " + inner + " is no multiple of 2");
    }
    return inner.dividedBy(Dim.of(block)).isPresent()
        ? Optional.empty()
        : Optional.of("its inner axis of " + inner + " is no multiple of " + block);
  }

  private long block(Operation product) {
    Dim inner = product.operand(0).tensorType().shape().last();
    long block = size;
    while (fit && block > 1 && inner.dividedBy(Dim.of(block)).isEmpty()) {
      block /= 2;
    }
    return block;
  }

  private void record(
      Operation product, WeightProduct read, long block, ProductScope scope, PassContext context) {
    for (StoredOperand operand : ImmutableList.of(read.left(), read.right())) {
      context.applied(
          operand.description() + " rotated in blocks of " + block
              + seed.map(bits -> ", signs of seed " + bits).orElse(""),
          product.location(),
          scope.reason(product),
          QuantizationCost.of(operand.stored().tensorType(), operand.stored().tensorType(), Optional.empty()));
    }
  }
}
