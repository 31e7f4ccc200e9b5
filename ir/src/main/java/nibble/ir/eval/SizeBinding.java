package nibble.ir.eval;

import com.google.common.collect.Sets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/** Finds the values of symbolic sizes from the types of inputs. */
final class SizeBinding {
  private final List<Value> parameters;
  private final List<TensorType> inputs;
  private final Map<String, Long> sizes = new TreeMap<>();

  private SizeBinding(List<Value> parameters, List<TensorType> inputs) {
    this.parameters = parameters;
    this.inputs = inputs;
  }

  static Map<String, Long> of(Function function, List<TensorType> inputs) {
    List<Value> parameters = function.parameters();
    if (parameters.size() != inputs.size()) {
      throw new InputException("@" + function.name() + " takes " + parameters.size()
          + (parameters.size() == 1 ? " input" : " inputs") + ", not " + inputs.size());
    }
    SizeBinding binding = new SizeBinding(parameters, inputs);
    binding.require(SizeBinding::precisionFits);
    // Sizes that stand alone first, so that what they are does not depend on the order of the parameters.
    binding.forEachExtent(binding::bindSymbol);
    int known;
    do {
      known = binding.sizes.size();
      binding.forEachExtent(binding::solve);
    } while (binding.sizes.size() > known);
    binding.require(binding::extentsFit);
    return binding.sizes;
  }

  /** {@code B = 2, S = 32}, for messages. */
  static String text(Map<String, Long> sizes) {
    return "for " + new TreeMap<>(sizes).entrySet().stream()
        .map(size -> size.getKey() + " = " + size.getValue()).collect(Collectors.joining(", "));
  }

  private void require(BiPredicate<TensorType, TensorType> fits) {
    for (int i = 0; i < inputs.size(); i++) {
      TensorType type = parameters.get(i).tensorType();
      if (!fits.test(type, inputs.get(i))) {
        Diagnostic wrong = Diagnostic.error(
            "the input " + parameters.get(i) + " is " + type + ", not " + inputs.get(i), Location.UNKNOWN);
        throw new InputException(sizes.isEmpty() ? wrong : wrong.note(text(sizes)));
      }
    }
  }

  private static boolean precisionFits(TensorType parameter, TensorType input) {
    return parameter.rank() == input.rank()
        && parameter.format().equals(input.format())
        && parameter.scale().equals(input.scale())
        && parameter.sparse().equals(input.sparse());
  }

  private boolean extentsFit(TensorType parameter, TensorType input) {
    for (int axis = 0; axis < parameter.rank(); axis++) {
      Dim dim = parameter.shape().dim(axis);
      if (sizes.keySet().containsAll(dim.symbols()) && !known(dim).equals(input.shape().dim(axis))) {
        return false;
      }
    }
    return true;
  }

  private void forEachExtent(BiConsumer<Dim, Long> body) {
    for (int i = 0; i < inputs.size(); i++) {
      Shape shape = parameters.get(i).tensorType().shape();
      for (int axis = 0; axis < shape.rank(); axis++) {
        body.accept(shape.dim(axis), inputs.get(i).shape().dim(axis).constant());
      }
    }
  }

  private void bindSymbol(Dim dim, long extent) {
    dim.symbols().stream()
        .filter(symbol -> dim.equals(Dim.symbol(symbol)))
        .forEach(symbol -> sizes.putIfAbsent(symbol, extent));
  }

  /** Binds the only unknown size S of {@code a*S + b}. */
  private void solve(Dim dim, long extent) {
    Set<String> unknown = Sets.difference(dim.symbols(), sizes.keySet());
    if (unknown.size() != 1) {
      return;
    }
    Dim symbol = Dim.symbol(unknown.iterator().next());
    Dim known = known(dim);
    Dim offset = known.substitute(name -> Dim.ZERO);
    known.minus(offset).dividedBy(symbol)
        .filter(Dim::isConstant)
        .flatMap(factor -> Dim.of(extent).minus(offset).dividedBy(factor))
        .filter(value -> value.constant() >= 0)
        .ifPresent(value -> sizes.put(symbol.toString(), value.constant()));
  }

  private Dim known(Dim dim) {
    return dim.substitute(name -> sizes.containsKey(name) ? Dim.of(sizes.get(name)) : Dim.symbol(name));
  }
}
