package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.MatMul;
import nibble.ir.recipe.PathPattern;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Dim;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.OperandLayout.Fit;

/**
 * Keeps the largest weights of each output channel apart, in a format of more bits, by {@link DetachOperands}: the rest
 * has smaller scales when it is quantized ("Identifying Sensitive Weights via Post-quantization Integral",
 * dense-and-sparse detach; "SqueezeLLM: Dense-and-Sparse Quantization"). Stands before {@code quantize}.
 *
 * <pre>
 * %1 = matmul %x, %w    =&gt;  %2 = matmul %x, (%w without the largest weights)
 *                           %3 = reduce_sum (mul (gather %x, rows of those), those in f16)
 *                           %1 = add %2, %3
 * </pre>
 *
 * @param at paths of the products; none for all
 * @param share of the weights of each output channel that is kept apart, rounded up to whole weights
 * @param to format of those
 * @param by which are kept apart
 * @param weight layout of weights whose error counts; none unless it is that
 */
@PassInfo(
    name = "detach-outliers",
    summary = "keeps the largest weights of products apart, in more bits than the others",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record DetachOutliers(
    @PassOption("paths of the products; all, where none is given") ImmutableList<PathPattern> at,
    @PassOption(value = "share of the weights of each output channel that is kept apart", otherwise = "0.005")
    double share,
    @PassOption(value = "format of the weights that are kept apart", otherwise = "f16") NumberFormat to,
    @PassOption(value = "which weights are kept apart: the largest by magnitude, or by their part in the product's "
        + "error when they are quantized", otherwise = "magnitude") Score by,
    @PassOption("layout of weights that the error is that of, such as i4:channel; given where by is error")
    Optional<LayoutSpec> weight)
    implements Pass {
  /** Which weights are kept apart. */
  public enum Score {
    /** Those of the largest magnitude. */
    MAGNITUDE,
    /**
     * Those of the largest {@linkplain PostQuantizationIntegral part} in the squared error of the product on the sample
     * inputs, where weights are quantized.
     */
    ERROR
  }

  private static final String NAME = "detach-outliers";
  /** Bytes of the row of a weight that is kept apart. */
  private static final int INDEX_BYTES = Integer.BYTES;

  public DetachOutliers {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("a share is at least 0 and below 1, not " + share);
    }
    if (!to.isFloat() || !to.isArithmetic()) {
      throw new IllegalArgumentException("weights are kept apart as plain floats such as f16, not as " + to.name());
    }
    if ((by == Score.ERROR) != weight.isPresent()) {
      throw new IllegalArgumentException("by = error and a layout of weights go together");
    }
  }

  @Override
  public boolean needsInputs() {
    return by == Score.ERROR;
  }

  @Override
  public Module run(Module module, PassContext context) {
    if (share == 0) {
      return module;
    }
    return module.mapFunctions(function -> {
      ImmutableMap<Value, DetachedWeights> detached = detached(function, context);
      return detached.isEmpty()
          ? function
          : new RewriteDriver(new DetachOperands(detached, to)).apply(function, module.symbols());
    });
  }

  private ImmutableMap<Value, DetachedWeights> detached(Function function, PassContext context) {
    ProductScope scope = new ProductScope(at, "every product with a weight");
    Definitions definitions = Definitions.in(function);
    WeightProduct.Reader reader = new WeightProduct.Reader(definitions);
    Map<Value, DetachedWeights> detached = new LinkedHashMap<>();
    Optional<ObservedValues> seen = by == Score.ERROR
        ? Optional.of(SampledProducts.of(function, products(function, scope, reader), context, NAME).values())
        : Optional.empty();
    function.body().walk(operation -> {
      if (!scope.includes(operation)) {
        return;
      }
      Optional<String> obstacle = reader.obstacle(operation).or(() -> obstacle(reader.read(operation)));
      if (obstacle.isPresent()) {
        context.skipped("outliers of a weight", operation.location(), obstacle.get());
        return;
      }
      WeightProduct product = reader.read(operation);
      Tensor weight = new ConstantValues(definitions).tensor(product.right().stored(), weights(context)).orElseThrow();
      int count = (int) Math.ceil(share * weight.extents()[product.rightInner()]);
      Optional<double[]> scores = scores(operation, product, weight, seen, context);
      if (scores.isEmpty()) {
        return;
      }
      DetachedWeights apart = DetachedWeights.largest(
          count, weight, product.rightInner(), index -> Math.abs(scores.get()[index]));
      detached.put(operation.result(), apart);
      record(operation, product, weight, apart, scope, context);
    });
    return ImmutableMap.copyOf(detached);
  }

  private static List<Operation> products(Function function, ProductScope scope, WeightProduct.Reader reader) {
    List<Operation> products = new ArrayList<>();
    function.body().walk(operation -> {
      if (scope.includes(operation) && reader.obstacle(operation).isEmpty()) {
        products.add(operation);
      }
    });
    return products;
  }

  /** What weights are chosen by; nothing, and a record, where the layout does not fit. */
  private Optional<double[]> scores(
      Operation operation, WeightProduct product, Tensor matrix, Optional<ObservedValues> seen, PassContext context) {
    if (weight.isEmpty()) {
      return Optional.of(matrix.values());
    }
    int rank = operation.operand(1).tensorType().rank();
    boolean transposed = ((MatMul) operation.op()).transposeB();
    Fit fit = new OperandLayout(product.right(), transposed ? rank - 1 : rank - 2, transposed ? rank - 2 : rank - 1)
        .fit(weight.get());
    boolean isLast = product.leftInner() == product.left().stored().tensorType().rank() - 1;
    if (fit.quantize().isEmpty() || !isLast) {
      context.skipped("outliers of a weight", operation.location(), fit.quantize().isEmpty()
          ? fit.obstacle() : "its activation is stored with another axis last than the inner one");
      return Optional.empty();
    }
    Tensor quantized = fit.quantize().get().eval(List.of(matrix), fit.quantize().get().result());
    Tensor activation = seen.orElseThrow().of(product.left().stored()).orElseThrow();
    return Optional.of(PostQuantizationIntegral.of(activation).parts(matrix, quantized, product.rightInner()));
  }

  private static WeightSource weights(PassContext context) {
    return context.environment().weights().orElseThrow(() -> context.lacksWeights("to find the largest of"));
  }

  private static Optional<String> obstacle(WeightProduct product) {
    TensorType type = product.right().stored().tensorType();
    return type.rank() == 2 && type.shape().isConstant() ? Optional.empty() : Optional.of("its weight is no matrix");
  }

  private void record(
      Operation operation, WeightProduct product, Tensor weight, DetachedWeights apart, ProductScope scope,
      PassContext context) {
    double largest = new DetachedWeights(0, ImmutableList.of()).largestLeft(weight, product.rightInner());
    Dim dense = TensorBytes.of(product.right().stored().tensorType());
    long sparse = (long) apart.rows().size() * (INDEX_BYTES + to.storageBits() / Byte.SIZE);
    context.applied(
        String.format(
            Locale.ROOT, "%d weights of each output channel of %s apart in %s (%.3f %%) by "
                + by.name().toLowerCase(Locale.ROOT)
                + ", largest of the others %.4g instead of %.4g",
            apart.count(), product.right().description(), to.name(), 100.0 * apart.rows().size() / weight.size(),
            apart.largestLeft(weight, product.rightInner()), largest),
        operation.location(),
        scope.reason(operation),
        new Cost(dense, dense.plus(Dim.of(sparse)), Optional.empty()));
  }
}
