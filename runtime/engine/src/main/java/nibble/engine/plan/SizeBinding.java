package nibble.engine.plan;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Function;
import nibble.ir.Substitution;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Tensor;
import nibble.ir.shape.Dim;
import nibble.ir.shape.SymbolBounds;

/**
 * Values of a program's symbolic sizes.
 *
 * @param values by name
 */
public record SizeBinding(ImmutableMap<String, Long> values) {
  /**
   * The sizes for which inputs fit the parameters of a function.
   *
   * @param symbols what the kernels were compiled to rely on
   * @throws InputException where the inputs do not fit, or a size is not what was declared of it
   */
  public static SizeBinding of(Function function, List<Tensor> inputs, Map<String, SymbolBounds> symbols) {
    Map<String, Long> sizes = Interpreter.bind(function, inputs);
    sizes.forEach((name, value) -> {
      SymbolBounds bounds = symbols.get(name);
      if (value < 1) {
        throw new InputException(
            "the size " + name + " is " + value + " in these inputs, and sizes are at least 1",
            "an input without elements needs no run");
      }
      if (bounds != null && !bounds.allows(value)) {
        throw new InputException(
            "the size " + name + " is " + value + " in these inputs, but it is declared as " + bounds,
            "pad the inputs, or declare the size without that condition");
      }
    });
    return new SizeBinding(ImmutableMap.copyOf(sizes));
  }

  public TensorType apply(TensorType type) {
    return type.substitute(name -> Dim.of(values.get(name)));
  }

  public Substitution substitution() {
    return Substitution.of(values);
  }

  public long evaluate(Dim extent) {
    return extent.evaluate(values);
  }
}
