package nibble.passes.validate;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.Substitution;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.op.Cast;
import nibble.ir.op.Gather;
import nibble.ir.op.Quantize;
import nibble.ir.op.ViewOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;
import nibble.ir.verify.Verifier;

/**
 * Made-up inputs and weights, the same for the same seed. Symbolic sizes get small values, at least 2 and no two alike
 * where their bounds allow it; floating-point elements are normally distributed and rounded to their format; integers
 * are valid indices of the tables that they index, and 0 or 1 elsewhere.
 *
 * @param seed of the random numbers
 */
public record SampleData(long seed) {
  private static final long LEAST = 2;
  private static final long LARGEST = 256;

  /** Weights with a deviation that keeps the size of what they are multiplied with. */
  public WeightSource weights() {
    return (key, type) -> {
      Random random = new Random(seed ^ key.hashCode());
      double deviation = type.rank() < 2 ? 1 : 1 / Math.sqrt(Math.max(1, type.shape().dim(-2).constant()));
      return fill(type, index -> type.format().round(random.nextGaussian() * deviation));
    };
  }

  /** Inputs of a function at given sizes. */
  public ImmutableList<Tensor> inputs(Function function, Map<String, Long> sizes) {
    Random random = new Random(seed ^ function.name().hashCode());
    return function.parameters().stream()
        .map(parameter -> input(function, parameter, sizes, random))
        .collect(ImmutableList.toImmutableList());
  }

  private static Tensor input(Function function, Value parameter, Map<String, Long> sizes, Random random) {
    TensorType type = parameter.tensorType().substitute(symbol -> Dim.of(sizes.get(symbol)));
    NumberFormat format = type.format();
    if (type.isScaled()) {
      Tensor values = fill(type.plain(Formats.F32), index -> random.nextGaussian());
      return Quantize.nearest(type).eval(List.of(values), type);
    }
    int indices = (int) Math.min(format.max() + 1, indexBound(function, parameter, sizes));
    return fill(type, index -> format.isInteger() ? random.nextInt(indices) : format.round(random.nextGaussian()));
  }

  /** Without the parallelism of {@link Tensor#generate}, so that the order of random numbers is fixed. */
  private static Tensor fill(TensorType type, IntToDoubleFunction element) {
    double[] elements = new double[Math.toIntExact(type.shape().size().constant())];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = element.applyAsDouble(i);
    }
    return Tensor.of(type, elements);
  }

  /**
   * A value for each symbol that fits a function before and after a pass: small ones, but large enough for what is cut
   * from an axis.
   *
   * @param after may have constants where {@code before} has symbols
   * @param symbols all symbols of the module
   * @param given values of some symbols
   * @throws InputException where no sizes up to some hundreds fit
   */
  public static Map<String, Long> sizes(
      Function before, Function after, Map<String, SymbolBounds> symbols, Map<String, Long> given) {
    Map<String, Long> fixed = new HashMap<>(given);
    Set<String> open = new TreeSet<>(symbols.keySet());
    for (int i = 0; i < before.parameters().size(); i++) {
      List<Dim> dims = before.parameters().get(i).tensorType().shape().dims();
      List<Dim> special = after.parameters().get(i).tensorType().shape().dims();
      for (int axis = 0; axis < dims.size(); axis++) {
        Dim dim = dims.get(axis);
        open.addAll(dim.symbols());
        for (String symbol : dim.symbols()) {
          if (dim.equals(Dim.symbol(symbol)) && special.get(axis).isConstant()) {
            fixed.putIfAbsent(symbol, special.get(axis).constant());
          }
        }
      }
    }
    open.removeAll(fixed.keySet());
    if (open.isEmpty()) {
      return fixed;
    }
    for (long least = LEAST; least <= LARGEST; least *= 2) {
      Map<String, Long> sizes = new HashMap<>(fixed);
      long next = least;
      for (String symbol : open) {
        sizes.put(symbol, allowed(symbols.getOrDefault(symbol, SymbolBounds.of(symbol)), next++));
      }
      if (fit(before, sizes) && fit(after, sizes)) {
        return sizes;
      }
    }
    throw new InputException("no sizes up to " + LARGEST + " were found that fit @" + before.name());
  }

  private static boolean fit(Function function, Map<String, Long> sizes) {
    try {
      return Verifier.check(Substitution.of(sizes).apply(function), Set.of()).isEmpty();
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Such as an extent that becomes negative.
      return false;
    }
  }

  private static long allowed(SymbolBounds bounds, long least) {
    return Math.ceilDiv(Math.max(least, bounds.minimum()), bounds.divisor()) * bounds.divisor();
  }

  /** The least extent of an axis that the parameter indexes; 2 where it indexes none. */
  private static long indexBound(Function function, Value parameter, Map<String, Long> sizes) {
    Map<Value, Operation> definitions = new HashMap<>();
    List<Long> extents = new ArrayList<>();
    function.body().walk(operation -> {
      operation.results().forEach(result -> definitions.put(result, operation));
      if (operation.op() instanceof Gather gather && origin(operation.operand(1), definitions).equals(parameter)) {
        extents.add(operation.operand(0).tensorType().shape().dim(gather.axis()).evaluate(sizes));
      }
    });
    return extents.stream().min(Long::compare).orElse(2L);
  }

  private static Value origin(Value value, Map<Value, Operation> definitions) {
    Value origin = value;
    Operation definition = definitions.get(origin);
    while (definition != null && (definition.op() instanceof ViewOp || definition.op() instanceof Cast)) {
      origin = definition.operand(0);
      definition = definitions.get(origin);
    }
    return origin;
  }
}
