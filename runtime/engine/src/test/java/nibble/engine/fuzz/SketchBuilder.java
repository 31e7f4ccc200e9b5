package nibble.engine.fuzz;

import static nibble.engine.fuzz.SketchPool.B;
import static nibble.engine.fuzz.SketchPool.NARROW;
import static nibble.engine.fuzz.SketchPool.S;
import static nibble.engine.fuzz.SketchPool.choose;
import static nibble.engine.fuzz.SketchPool.extent;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.op.Cast;
import nibble.ir.op.Iota;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;

/** Makes the module that a sketch stands for. */
final class SketchBuilder {
  private final Sketch sketch;
  private final SketchPool pool;
  private final List<Value> scaled = new ArrayList<>();
  private final ElementSteps elements;
  private final ShapeSteps shapes;
  private final PrecisionSteps precision;
  private final SparseSteps sparse;

  private SketchBuilder(Sketch sketch) {
    this.sketch = sketch;
    this.pool = new SketchPool(sketch.sizes());
    this.elements = new ElementSteps(pool);
    this.shapes = new ShapeSteps(pool);
    this.precision = new PrecisionSteps(pool, scaled);
    this.sparse = new SparseSteps(pool);
  }

  static Module build(Sketch sketch) {
    return new SketchBuilder(sketch).module();
  }

  private Module module() {
    Dim width = extent(sketch.width());
    pool.offer(pool.builder().argument("n", TensorType.of(Shape.of(B, S), Formats.I32)));
    pool.offer(pool.builder().argument("y", TensorType.of(Shape.of(B, width), Formats.F32)));
    pool.offer(pool.builder().argument("x", TensorType.of(Shape.of(B, S, width), Formats.F32)));
    for (int i = 0; i < sketch.steps().size(); i++) {
      pool.builder().at(Location.of("sketch.nib", i + 1, 1));
      append(sketch.steps().get(i));
    }
    Function main = new Function("main", pool.builder().build(results()), Location.UNKNOWN);
    SymbolBounds rows = sketch.aligned() ? new SymbolBounds("S", 8, 8) : SymbolBounds.of("S");
    return Module.of("sketch", List.of(SymbolBounds.of("B"), rows), List.of(main));
  }

  /** The last value, and some from before; codes with their scales, where there are any. */
  private List<Value> results() {
    List<Value> results = new ArrayList<>(List.of(pool.values().getLast()));
    for (int i = 1; i < sketch.results(); i++) {
      Value result = pool.values().get(Math.max(0, pool.values().size() - 1 - i * i));
      if (!results.contains(result)) {
        results.add(result);
      }
    }
    if (sketch.results() > 2 && !scaled.isEmpty()) {
      results.add(scaled.getLast());
    }
    return results;
  }

  private void append(Step step) {
    int b = step.b();
    int c = step.c();
    switch (step.kind()) {
      case UNARY -> on(step, SketchPool::isFloat, x -> elements.unary(x, b));
      case BINARY -> on(step, SketchPool::isFloat, x -> elements.binary(ElementSteps.FLOAT_BINARY, x, b, c));
      case COMPARE -> on(step, type -> true, x -> elements.compare(x, b, c));
      case SELECT -> on(step, type -> true, x -> elements.select(x, b, c));
      case LOGIC -> on(step, type -> !SketchPool.isNumber(type), x -> elements.logic(x, b, c));
      case INTEGER -> on(step, SketchPool::isInteger, x -> elements.integer(x, b, c));
      case COMPOSITE -> on(step, type -> SketchPool.isFloat(type) && type.rank() > 0, x -> elements.composite(x, b));
      case CAST -> on(step, type -> true, x -> pool.add(new Cast(choose(NARROW, b + 1)), x));
      case REDUCE -> on(step, type -> SketchPool.isNumber(type) && type.rank() > 0, x -> shapes.reduce(x, b, c));
      case TRANSPOSE -> on(step, type -> type.rank() > 1, x -> shapes.transpose(x, b));
      case RESHAPE -> on(step, type -> true, x -> shapes.reshape(x, b));
      case SLICE -> on(step, type -> type.rank() > 0, x -> shapes.slice(x, b, c));
      case BROADCAST -> on(step, type -> true, x -> shapes.broadcast(x, b));
      case CONCAT -> on(step, type -> type.rank() > 0, x -> shapes.concat(x, b, c));
      case GATHER -> on(step, type -> type.rank() > 0, x -> shapes.gather(x, b, c));
      case CONSTANT -> pool.offer(pool.builder().add(shapes.constant(step.a(), b, c)));
      case IOTA -> pool.offer(pool.builder().add(new Iota(choose(List.of(S, B, extent(step.a())), b))));
      case PRODUCT -> on(step, SketchBuilder::isMatrix, x -> precision.product(x, b, c));
      case BATCH_PRODUCT -> on(step, SketchBuilder::isMatrix, x -> precision.batchProduct(x, b, c));
      case QUANTIZE -> on(step, type -> SketchPool.isFloat(type) && type.rank() > 0, x -> precision.quantize(x, b, c));
      case EXPERTS -> on(step, SketchBuilder::isMatrix, x -> sparse.experts(x, b, c));
      case PRUNE -> on(step, SketchBuilder::isMatrix, x -> sparse.prune(x, c));
      case QUANTIZED_PRODUCT -> on(step, SketchBuilder::isMatrix, x -> precision.quantizedProduct(x, b, c));
    }
  }

  private void on(Step step, Predicate<TensorType> fits, Consumer<Value> append) {
    pool.pick(step.a(), fits).ifPresent(append);
  }

  private static boolean isMatrix(TensorType type) {
    return SketchPool.isFloat(type) && type.rank() > 1;
  }
}
