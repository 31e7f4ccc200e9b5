package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.Value;
import nibble.ir.format.FixedRounding;
import nibble.ir.op.Cast;
import nibble.ir.op.Compress;
import nibble.ir.op.Constant;
import nibble.ir.op.Decompress;
import nibble.ir.op.Dequantize;
import nibble.ir.op.MatMul;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.op.Scales;
import nibble.ir.op.Transpose;

/**
 * The right operand of a matrix product that was pruned along the axis that is summed over, down to where it was:
 * casts, quantizers, dequantizers and transposes keep zeros.
 *
 * @param product the matrix product
 * @param above what stands between the product and what is stored, the product's side first
 * @param stored defines what is stored: the quantizer, or the cast, or the pruning
 * @param depthLast whether groups lie along its last axis
 * @param prune the pruning
 */
record PrunedWeight(
    Operation product, ImmutableList<Operation> above, Operation stored, boolean depthLast, Prune prune) {

  /** Reads a product; nothing where its right operand was not pruned, or along another axis. */
  static Optional<PrunedWeight> of(Operation product, Definitions definitions) {
    if (!(product.op() instanceof MatMul matmul)) {
      return Optional.empty();
    }
    int rank = product.operand(1).tensorType().rank();
    int axis = matmul.transposeB() ? rank - 1 : rank - 2;
    List<Operation> chain = new ArrayList<>();
    List<Integer> axes = new ArrayList<>();
    Optional<Operation> at = definitions.of(product.operand(1));
    while (at.isPresent()) {
      Operation operation = at.get();
      chain.add(operation);
      axes.add(axis);
      switch (operation.op()) {
        case Prune prune -> {
          int stored = stored(chain);
          return axis == prune.axis()
              ? Optional.of(new PrunedWeight(
                  product, ImmutableList.copyOf(chain.subList(0, stored)), chain.get(stored),
                  axes.get(stored) == rank - 1, prune))
              : Optional.empty();
        }
        case Transpose transpose -> axis = transpose.axes().get(axis);
        case Cast cast -> { }
        case Dequantize dequantize -> { }
        case Quantize quantize when keepsZeros(operation, definitions) -> { }
        default -> {
          return Optional.empty();
        }
      }
      at = definitions.of(operation.operand(0));
    }
    return Optional.empty();
  }

  /** A scale of 0 would make something of them. */
  private static boolean keepsZeros(Operation quantizer, Definitions definitions) {
    return quantizer.operands().stream().skip(1).map(definitions::of).allMatch(given -> given
        .filter(scales -> scales.op() instanceof Scales
            || scales.op() instanceof Constant constant && constant.values().stream().allMatch(scale -> scale > 0))
        .isPresent());
  }

  /** Codes are stored where there are some, or what is cast. */
  private static int stored(List<Operation> chain) {
    int quantizer = Iterables.indexOf(chain, operation -> operation.op() instanceof Quantize);
    int cast = Iterables.indexOf(chain, operation -> operation.op() instanceof Cast);
    return quantizer >= 0 ? quantizer : cast >= 0 ? cast : chain.size() - 1;
  }

  /** The compressed type, with groups along the last axis. */
  TensorType compressed() {
    return new Compress(prune.layout()).infer(List.of(outputsByDepth()));
  }

  private TensorType outputsByDepth() {
    return depthLast ? stored.result().tensorType() : transposed(stored.result().tensorType()).orElseThrow();
  }

  /** Why the operand can't be compressed, if it can't. */
  Optional<String> obstacle() {
    TensorType type = stored.result().tensorType();
    if (type.rank() != 2) {
      return Optional.of("it is no matrix but " + type);
    }
    boolean turns = transposed(type).isPresent()
        && stored.operands().stream().allMatch(operand -> operand.tensorType().isPlain());
    if (!depthLast && !turns) {
      return Optional.of("nothing is " + type + " the other way round");
    }
    if (!depthLast && stored.op() instanceof Quantize quantize && !(quantize.rounding() instanceof FixedRounding)) {
      return Optional.of("random bits of a quantizer depend on which way the weight lies");
    }
    try {
      compressed().parts();
      return Optional.empty();
    } catch (TypeRuleException | IllegalArgumentException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static Optional<TensorType> transposed(TensorType type) {
    TensorType turned = TensorType.of(new Transpose(ImmutableList.of(1, 0)).infer(List.of(type.plain(type.format())))
        .shape(), type.format());
    return type.scale().isEmpty()
        ? Optional.of(turned)
        : type.scale().get().transposed().map(layout ->
            new TensorType(turned.shape(), type.format(), Optional.of(layout), type.residual(), Optional.empty()));
  }

  /** The product of the decompressed operand, which lies as outputs by depth. */
  Value compress(BlockBuilder builder) {
    Value dense = stored.result();
    if (!depthLast) {
      Value[] turned = stored.operands().stream()
          .map(operand -> builder.add(new Transpose(ImmutableList.of(1, 0)), operand)).toArray(Value[]::new);
      dense = builder.add(switch (stored.op()) {
        case Quantize quantize -> new Quantize(
            quantize.rounding(), quantize.fallback(), transposed(quantize.result()).orElseThrow());
        case Prune pruning -> new Prune(1, pruning.layout());
        default -> stored.op();
      }, turned);
    }
    Value right = builder.add(new Decompress(), builder.add(new Compress(prune.layout()), dense));
    for (Operation operation : above.reverse()) {
      if (!(operation.op() instanceof Transpose)) {
        right = builder.add(operation.op(), right);
      }
    }
    return builder.add(new MatMul(true, ((MatMul) product.op()).to()), product.operand(0), right);
  }
}
