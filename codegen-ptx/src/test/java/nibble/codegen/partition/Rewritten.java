package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.Dim;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;

/** A function before and after rewrites, as text and in its meaning. */
final class Rewritten {
  private final Module module;
  private final Function before;
  private final Function after;

  private Rewritten(String text, Rewrite... rewrites) {
    module = Parser.parse(text, "test", Registry.core());
    Verifier.require(module);
    before = module.functions().values().iterator().next();
    after = new RewriteDriver(rewrites).apply(before, module.symbols());
    Verifier.require(Module.of("m", module.symbols().values(), List.of(after)));
  }

  /** Rewrites a function given by its parameters and body. */
  static Rewritten of(String parameters, String body, Rewrite... rewrites) {
    return new Rewritten("""
        module @m {
          symbol B
          func @f(%s) {
        %s
          }
        }
        """.formatted(parameters, body.indent(4)), rewrites);
  }

  /** The body after rewriting. */
  String body() {
    List<String> lines = Printer.print(Module.of("m", List.of(), List.of(after)), Registry.core()).lines().toList();
    return lines.subList(2, lines.size() - 2).stream().map(line -> line.substring(4))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Interprets both with the same random inputs, B being 3, and wants the same of them, to the bit. */
  Rewritten meansTheSame() {
    return meansTheSame(Mode.EXACT);
  }

  /** The same in a mode of interpretation. */
  Rewritten meansTheSame(Mode mode) {
    Random random = new Random(1);
    List<Tensor> inputs = new ArrayList<>();
    for (Value parameter : before.parameters()) {
      TensorType type = parameter.tensorType().substitute(name -> Dim.of(3));
      inputs.add(Tensor.inOrder(type, i -> type.format().round(random.nextGaussian())));
    }
    WeightSource weights = (key, type) -> {
      Random own = new Random(key.hashCode());
      double[] elements = new double[(int) type.shape().size().constant()];
      Arrays.setAll(elements, i -> type.format().round(own.nextGaussian()));
      return Tensor.of(type, elements);
    };
    List<Tensor> expected = new Interpreter(mode, weights).run(before, inputs);
    List<Tensor> actual = new Interpreter(mode, weights).run(after, inputs);
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i).values(), actual.get(i).values());
    }
    return this;
  }
}
