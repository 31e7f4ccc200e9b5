package nibble.passes.precision;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.BlockBuilder;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.CodeRange;
import nibble.ir.op.Add;
import nibble.ir.op.Amax;
import nibble.ir.op.Cast;
import nibble.ir.op.Constant;
import nibble.ir.op.Dequantize;
import nibble.ir.op.Div;
import nibble.ir.op.Dyadic;
import nibble.ir.op.MatMul;
import nibble.ir.op.Maximum;
import nibble.ir.op.Minimum;
import nibble.ir.op.Mul;
import nibble.ir.op.Quantize;
import nibble.ir.op.Relu;
import nibble.ir.op.Requantize;
import nibble.ir.op.Reshape;
import nibble.ir.op.Round;
import nibble.ir.op.Scales;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteContext;
import nibble.ir.shape.Shape;

/**
 * Multiplies codes as integers, and makes codes of the sums of earlier products in integers as well.
 *
 * <pre>
 * %1 = dequantize (quantize %x, %s : i8)      =&gt;  %1 = cast (round (div %x, %s)) {to = i8}
 * %2 = dequantize (quantize %w : i8)              %2 = cast (round (div %w, scales)) {to = i8}
 * %3 = matmul %1, %2                              %3 = matmul %1, %2 : i32
 * %4 = relu (add %3, %b)                          %4 = maximum (add %3, (cast (round (div %b, ...)) {to = i32})), 0
 * %5 = dequantize (quantize %4, %t : i8)          %5 = requantize %4, multipliers, shifts {to = i8}
 * </pre>
 *
 * @param products of codes with one static scale and codes of a weight with a scale for each column, or one: by their
 *     results
 */
record MultiplyIntegerOperands(ImmutableMap<Value, Operation> products) implements Rewrite {
  /** Sums of products of codes, and what one of them stands for. */
  private record Sums(Value integers, Value factor) {}

  @Override
  public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
    if (operation.results().isEmpty() || !products.containsKey(operation.results().getFirst())) {
      return Optional.empty();
    }
    Operation activation = quantizer(operation.operand(0), context::definition).orElseThrow();
    Operation weight = quantizer(operation.operand(1), context::definition).orElseThrow();
    BlockBuilder builder = context.builder();
    MatMul op = (MatMul) operation.op();
    Value scale = builder.add(new Reshape(Shape.of(1)), activation.operand(1));
    Value left = activation(activation, scale, context);
    Value scales = weightScales(weight, builder);
    Value codes = codes(weight.operand(0), scales, (Quantize) weight.op(), builder);
    Value right = StoredOperand.of(operation.operand(1), context::definition).toOperand(codes, Formats.I8, builder);
    Value sums = builder.add(new MatMul(op.transposeB(), Formats.I32), left, right);
    Value columns = builder.add(new Reshape(Shape.of(scales.tensorType().shape().size().constant())), scales);
    Value factor = builder.add(new Mul(), columns, scale);
    return Optional.of(ImmutableList.of(
        builder.add(new Mul(), builder.add(new Cast(Formats.F32), sums), factor)));
  }

  /** What makes the codes of an operand, if it is dequantized. */
  static Optional<Operation> quantizer(Value operand, Definitions definitions) {
    return definitions.of(StoredOperand.of(operand, definitions).stored())
        .filter(made -> made.op() instanceof Dequantize).flatMap(made -> definitions.of(made.operand(0)))
        .filter(made -> made.op() instanceof Quantize);
  }

  /** Codes of an activation: of sums of products in integers, where it is no more than these and a bias. */
  private static Value activation(Operation quantizer, Value scale, RewriteContext context) {
    Quantize quantize = (Quantize) quantizer.op();
    Value x = quantizer.operand(0);
    boolean isPositive = context.match(x, Relu.class).isPresent();
    Value before = isPositive ? context.match(x, Relu.class).get().operand(0) : x;
    BlockBuilder builder = context.builder();
    return sums(before, context).map(sums -> {
      Value integers = isPositive
          ? builder.add(new Maximum(), sums.integers, number(0, Formats.I32, builder)) : sums.integers;
      Value ratio = builder.add(new Div(), sums.factor, scale);
      Value codes = builder.add(
          new Requantize(quantize.result().format()), integers, builder.add(new Dyadic(Dyadic.Part.MULTIPLIER), ratio),
          builder.add(new Dyadic(Dyadic.Part.SHIFT), ratio));
      double least = least(quantize);
      return isPositive || least == quantize.result().format().min()
          ? codes : builder.add(new Maximum(), codes, number(least, quantize.result().format(), builder));
    }).orElseGet(() -> codes(x, scale, quantize, builder));
  }

  /** What this rewrite has made of a product, with a bias that is added to it in the same integers. */
  private static Optional<Sums> sums(Value x, RewriteContext context) {
    Optional<RewriteContext.Match<Add>> sum = context.match(x, Add.class);
    if (sum.isEmpty()) {
      return product(x, context);
    }
    for (int side = 0; side < 2; side++) {
      Value bias = sum.get().operand(1 - side);
      Optional<Sums> product = product(sum.get().operand(side), context);
      if (product.isPresent() && bias.tensorType().rank() == 1
          && new ConstantValues(context::definition).weight(bias).isPresent()) {
        BlockBuilder builder = context.builder();
        Value whole = builder.add(new Round(), builder.add(new Div(), bias, product.get().factor));
        Value integers = builder.add(
            new Add(), product.get().integers, builder.add(new Cast(Formats.I32), whole));
        return Optional.of(new Sums(integers, product.get().factor));
      }
    }
    return Optional.empty();
  }

  private static Optional<Sums> product(Value x, RewriteContext context) {
    return context.match(x, Mul.class).flatMap(scaled -> context.match(scaled.operand(0), Cast.class)
        .filter(cast -> context.match(cast.operand(0), MatMul.class).isPresent())
        .filter(cast -> cast.operand(0).tensorType().format().equals(Formats.I32))
        .map(cast -> new Sums(cast.operand(0), scaled.operand(1))));
  }

  /** Those that the quantizer takes, as of a weight that was rounded before; or what it would find itself. */
  private static Value weightScales(Operation quantizer, BlockBuilder builder) {
    if (quantizer.operands().size() == 2) {
      return wide(quantizer.operand(1), builder);
    }
    TensorType type = ((Quantize) quantizer.op()).result();
    Value amax = builder.add(new Amax(type.scale().orElseThrow().granularity()), quantizer.operand(0));
    Value scales =
        builder.add(new Scales(type.format(), type.scale().orElseThrow().rule(), type.scaleType()), amax);
    return wide(scales, builder);
  }

  private static Value wide(Value x, BlockBuilder builder) {
    return x.tensorType().format().equals(Formats.F32) ? x : builder.add(new Cast(Formats.F32), x);
  }

  /** Codes as plain integers. */
  private static Value codes(Value x, Value scales, Quantize quantize, BlockBuilder builder) {
    NumberFormat format = quantize.result().format();
    Value whole = builder.add(new Round(), builder.add(new Div(), x, scales));
    Value above = builder.add(new Maximum(), whole, number(least(quantize), Formats.F32, builder));
    Value bounded = builder.add(
        new Minimum(), above, number(CodeRange.of(format).most(), Formats.F32, builder));
    return builder.add(new Cast(format), bounded);
  }

  private static double least(Quantize quantize) {
    return quantize.result().scale().orElseThrow().rule().leastCode(CodeRange.of(quantize.result().format()));
  }

  private static Value number(double value, NumberFormat format, BlockBuilder builder) {
    return builder.add(Constant.splat(value, TensorType.of(Shape.SCALAR, format)));
  }
}
