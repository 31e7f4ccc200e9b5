package nibble.benchmark;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The reference interpreter on MiniLM, 4 sentences of 32 tokens, with random weights. */
@State(Scope.Benchmark)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class ReferenceInterpreter {
  private static final int SENTENCES = 4;
  private static final int TOKENS = 32;
  private static final int WORDS = 30522;

  /** The model as it is written, or as recipe {@code w8a8} makes it. */
  public enum Program {
    MODEL,
    W8A8
  }

  @Param private Program program;
  @Param({"EXACT", "FAITHFUL"})
  private Mode mode;

  private Module module;
  private Function function;
  private List<Tensor> inputs;
  private Interpreter interpreter;

  @Setup
  public void prepare() {
    MiniLm model = MiniLm.open();
    module = program == Program.MODEL ? model.read().module().orElseThrow() : model.passes(model.read());
    function = module.functions().values().iterator().next();
    Random random = new Random(1);
    Shape shape = Shape.of(SENTENCES, TOKENS);
    inputs = List.of(
        Tensor.inOrder(TensorType.of(shape, Formats.I32), i -> random.nextInt(WORDS)),
        Tensor.generate(TensorType.of(shape, Formats.F32), i -> 1));
    Map<String, Tensor> weights = new ConcurrentHashMap<>();
    interpreter = new Interpreter(mode, (key, type) -> weights.computeIfAbsent(
        key, k -> Tensor.inOrder(type, i -> (float) (0.05 * random.nextGaussian()))));
  }

  @Benchmark
  public List<Tensor> run() {
    return interpreter.run(module, function, inputs);
  }
}
