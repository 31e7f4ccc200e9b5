package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.ir.Dialect;
import nibble.ir.Op;
import nibble.ir.OpInfo;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.ErrorModel;
import nibble.ir.eval.Tensor;
import nibble.ir.format.IntegerFormat;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularity;
import nibble.ir.op.TensorOp;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.text.AttributeSyntax;
import nibble.ir.text.Printer;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;

/** Ops, formats and attributes of plugins are written as built-in ones are. */
class PluginOpTest {
  /** An attribute of a class that only the plugin knows. */
  record Window(long width) {}

  /** Which end. */
  enum Side {
    LEFT,
    RIGHT
  }

  /** An op with an attribute of every kind. */
  @OpInfo(name = "probe", summary = "for tests")
  record Probe(
      int axis,
      long count,
      double factor,
      boolean flag,
      String label,
      Side side,
      Dim extent,
      Shape shape,
      NumberFormat format,
      Granularity granularity,
      ImmutableList<Integer> order,
      Optional<Long> perhaps,
      Window window,
      TensorType result) implements TensorOp {
    @Override
    public TensorType infer(List<TensorType> operands) {
      expectOperands(operands, 2);
      return result;
    }

    @Override
    public Tensor eval(List<Tensor> operands, TensorType type) {
      throw new UnsupportedOperationException();
    }

    @Override
    public double[] error(List<Approximate> operands, Tensor exact, ErrorModel model) {
      throw new UnsupportedOperationException();
    }
  }

  private static final Dialect DIALECT = new Dialect() {
    @Override
    public String name() {
      return "plugin";
    }

    @Override
    public ImmutableList<Class<? extends Op>> ops() {
      return ImmutableList.of(Probe.class);
    }

    @Override
    public ImmutableList<NumberFormat> formats() {
      return ImmutableList.of(new IntegerFormat("i5", 5, true, "for tests"));
    }

    @Override
    public ImmutableMap<Class<?>, AttributeSyntax<?>> attributes() {
      return ImmutableMap.of(Window.class, new AttributeSyntax<Window>(
          "window and a width", window -> "window " + window.width(), PluginOpTest::window));
    }
  };

  private static Window window(TextReader reader) {
    reader.expect("window");
    return new Window(reader.integer());
  }

  private static final Registry REGISTRY = Registry.core().with(List.of(DIALECT));

  private static Compilation compile(String attributes) {
    String program = """
        model m {
          size N
          fn f(x: f32[N, 8], y: i5[N]) -> f16[N, 2] {
            let z = y as f32
            return probe(x, z, %s)
          }
        }
        """.formatted(attributes);
    return Nib.check(
        List.of(new SourceFile("x.nib", program)), CompileOptions.standard().withRegistry(REGISTRY));
  }

  private static final String ALL = "axis = -1, count = 3, factor = 0.5 * 3, flag = 1 < 2, label = \"a\", "
      + "side = right, extent = 2 * N, shape = [N, 4], format = i5, granularity = block(1, 4), order = [1, 0], "
      + "window = \"window 7\", result = f16[N, 2]";

  @Test
  void everyKindOfAttributeCanBeWritten() {
    String text = compile(ALL).result().orElseThrow().module()
        .map(module -> new Printer(REGISTRY, false).print(module)).orElseThrow();
    assertTrue(text.contains("""
        probe %x, %0 {axis = 1, count = 3, factor = 1.5, flag = true, label = "a", side = right, extent = 2*N, \
        shape = [N,4], format = i5, granularity = block(1,4), order = [1, 0], window = window 7} \
        : tensor<[N,2] x f16>"""), text);
  }

  @Test
  void anOptionalAttributeMayBeGiven() {
    String text = compile(ALL + ", perhaps = 4").result().orElseThrow().module()
        .map(module -> new Printer(REGISTRY, false).print(module)).orElseThrow();
    assertTrue(text.contains("perhaps = 4"), text);
  }

  @Test
  void attributesOfTheWrongKindAreRefused() {
    assertEquals(
        List.of("expected 'window' but found 'wide'"), messages(ALL.replace("window 7", "wide")));
    assertEquals(List.of("'up' is not known here"), messages(ALL.replace("side = right", "side = up")));
    assertEquals(List.of("this is no size"), messages(ALL.replace("count = 3", "count = \"3\"")));
    assertEquals(List.of("'probe' needs the attribute label"), messages(ALL.replace("label = \"a\",", "")));
    assertEquals(List.of("probe takes 2 operands, not 3"), messages("x, " + ALL));
  }

  private static List<String> messages(String attributes) {
    return compile(attributes).diagnostics().stream().map(diagnostic -> diagnostic.message()).toList();
  }
}
