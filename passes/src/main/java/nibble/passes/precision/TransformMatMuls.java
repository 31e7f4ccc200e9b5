package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.op.Weight;
import nibble.ir.recipe.PathPattern;
import nibble.ir.shape.Shape;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.TransformOperands.Transformed;

/**
 * Multiplies blocks of channels of activations by matrices, and the weights that they meet by the inverses, by {@link
 * TransformOperands}: {@code x w = (x T) (T^-1 w)}. Matrices are those with which a quantizer behind them loses least
 * on the sample inputs, {@link AdaptedTransform} says which these are ("WUSH: Near-Optimal Adaptive Transforms for LLM
 * Quantization"). Products of one activation share them. The inverse is multiplied when the model is compiled; {@code x
 * T} stays in the program, a product with as many columns as a block has channels. Stands before {@code quantize},
 * which leaves that product alone.
 *
 * @param at paths of the products; none for all
 * @param size channels of a block at most, a power of two; blocks are as large as divides the inner axis
 * @param damping what is added to the diagonal of {@code X^T X}, as a share of its mean
 * @param steps of descent from the matrices in closed form
 * @param rows of the boxes whose largest magnitudes descent lowers
 */
@PassInfo(
    name = "transform",
    summary = "multiplies activations by matrices that suit them before quantization, and weights by the inverses",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record TransformMatMuls(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "channels of a block at most, a power of two: as many as divide the inner axis",
        otherwise = "128") int size,
    @PassOption(value = "share of the mean square of a block that is added to each of its channels, which matters "
        + "where there are few sample inputs", otherwise = "0.01") double damping,
    @PassOption(value = "steps of descent, from the matrices in closed form to lower largest magnitudes of boxes",
        otherwise = "0") int steps,
    @PassOption(value = "rows of the boxes that the quantizer behind will have, for descent", otherwise = "1")
    int rows) implements Pass {
  private static final String NAME = "transform";

  public TransformMatMuls {
    if (size < 2 || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("a block has a power of two of channels, at least 2, not " + size);
    }
    if (!(damping > 0)) {
      throw new IllegalArgumentException("damping is above 0, not " + damping);
    }
    if (steps < 0) {
      throw new IllegalArgumentException("descent takes 0 steps at least, not " + steps);
    }
    if (rows < 1) {
      throw new IllegalArgumentException("a box has 1 row at least, not " + rows);
    }
  }

  @Override
  public boolean needsInputs() {
    return true;
  }

  /** What channels have to do with each other is many numbers. */
  @Override
  public boolean needsManyInputs() {
    return true;
  }

  @Override
  public Module run(Module module, PassContext context) {
    return RewriteWhereFound.apply(module, function -> transformed(function, context), TransformOperands::new);
  }

  private ImmutableMap<Value, Transformed> transformed(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    ConstantValues constants = new ConstantValues(Definitions.in(function));
    ImmutableMap.Builder<Value, Transformed> found = ImmutableMap.builder();
    ActivationProducts.observe(
        function, scope, "transform", TransformMatMuls::obstacle, context, NAME, (seen, products) -> {
          List<Tensor> weights = new ArrayList<>();
          for (WeightProduct read : products.values()) {
            Tensor stored = constants.tensor(
                read.right().stored(), context.environment().weights().orElseThrow()).orElseThrow();
            weights.add(stored);
          }
          List<Integer> axes = products.values().stream().map(WeightProduct::rightInner).toList();
          AdaptedTransform transform = found(seen, weights, axes);
          Weight matrix = matrix(transform, seen.type(), products.values().iterator().next(), context);
          int at = 0;
          for (var product : products.entrySet()) {
            WeightProduct read = product.getValue();
            Weight weight = context.make(
                read.right().weight().orElseThrow().key(), transform.ofWeight(weights.get(at), axes.get(at)));
            found.put(product.getKey().result(), new Transformed(matrix, weight));
            record(product.getKey(), read, transform, scope, context);
            at++;
          }
        });
    return found.buildOrThrow();
  }

  private AdaptedTransform found(Tensor seen, List<Tensor> weights, List<Integer> axes) {
    for (Tensor tensor : Iterables.concat(ImmutableList.of(seen), weights)) {
      if (!Arrays.stream(tensor.values()).allMatch(Double::isFinite)) {
        throw new InputException("sample inputs or weights are not finite");
      }
    }
    return new AdaptedTransform.Search(block(seen), damping, steps, rows).of(seen, weights, axes);
  }

  private int block(Tensor activation) {
    return Math.min(size, Integer.lowestOneBit(activation.extents()[activation.extents().length - 1]));
  }

  private static Weight matrix(
      AdaptedTransform transform, TensorType activation, WeightProduct first, PassContext context) {
    int blocks = transform.blocks();
    int size = transform.size();
    TensorType type = TensorType.of(
        blocks == 1 ? Shape.of(size, size) : Shape.of(blocks, size, size), activation.format());
    return context.make(
        first.right().weight().orElseThrow().key() + WeightProduct.TRANSFORM, Tensor.of(type, transform.matrices()));
  }

  private static Optional<String> obstacle(WeightProduct product) {
    TensorType left = product.left().stored().tensorType();
    if (product.leftInner() != left.rank() - 1) {
      return Optional.of("its activation is stored with another axis last than the inner one");
    }
    if (!left.shape().last().isConstant()) {
      return Optional.of("its inner axis is symbolic");
    }
    if (left.shape().last().constant() % 2 != 0) {
      return Optional.of("its inner axis of " + left.shape().last() + " is no multiple of 2");
    }
    return product.right().stored().tensorType().rank() == 2
        ? Optional.empty() : Optional.of("its weight is no matrix");
  }

  private static void record(
      Operation product, WeightProduct read, AdaptedTransform transform, ProductScope scope, PassContext context) {
    context.applied(
        String.format(
            Locale.ROOT, "%s times %s of %d by %d, %s times the inverse, noise of rounding behind it %.2f of that "
                + "behind a rotation%s",
            read.left().description(), transform.blocks() == 1 ? "a matrix" : transform.blocks() + " matrices",
            transform.size(), transform.size(), read.right().description(), transform.noise(),
            transform.steps() == 0 ? "" : ", by " + transform.steps() + " steps of descent"),
        product.location(),
        scope.reason(product),
        QuantizationCost.of(
            read.left().stored().tensorType(), read.left().stored().tensorType(), Optional.empty()));
  }
}
