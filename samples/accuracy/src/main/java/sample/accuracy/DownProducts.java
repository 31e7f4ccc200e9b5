package sample.accuracy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.run.ModelInputs;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Value;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.op.MatMul;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;

/**
 * The second products of a sample's feed-forward nets, {@code layer[*].ffn.down}, on some inputs: as they are, and as
 * passes that stand before quantization change them.
 */
final class DownProducts implements AutoCloseable {
  private static final PassRegistry REGISTRY = Plugins.none().passes();

  private final OpenModel model;
  private final Module module;
  private final ImmutableList<Tensor> inputs;
  private final ImmutableList<Tensor> others;

  /**
   * Operands of a product.
   *
   * @param path of the product
   * @param activation the left one, whose last axis is the inner one
   * @param weight the right one, {@code [inner, outer]}
   */
  record Operands(String path, Tensor activation, double[] weight) {}

  /**
   * Opens a sample.
   *
   * @param inputs of its function; those of the sample folder where there are none
   */
  DownProducts(Path folder, ImmutableList<Tensor> inputs) {
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    RecipeChoice none = new RecipeChoice.None();
    ModelArgument argument = ModelArgument.resolve(folder, ModelOptions.NONE);
    model = ReadModel.read(argument, none, toolchain, ReadModel.Weights.REQUIRED);
    module = PrepareModel.with(toolchain).prepare(model, none).passes().output();
    Function entry = model.entry(model.module());
    this.inputs = inputs.isEmpty() ? ImmutableList.copyOf(ModelInputs.read(argument, entry).tensors()) : inputs;
    others = ImmutableList.copyOf(ModelInputs.read(argument.forCalibration(), entry).tensors());
  }

  /** Operands after passes, computed in f64; what passes see of the model are the same inputs. */
  List<Operands> after(String passes) {
    return after(passes, inputs);
  }

  /** The same, but passes see the inputs of the sample folder that are for calibration, or its own. */
  List<Operands> afterSeeingOthers(String passes) {
    return after(passes, others);
  }

  private List<Operands> after(String passes, ImmutableList<Tensor> seenByPasses) {
    PassRun changed = changed(passes, seenByPasses);
    Function function = changed.output().functions().values().iterator().next();
    List<Operation> products = function.body().operations().stream()
        .filter(operation -> operation.op() instanceof MatMul)
        .filter(operation -> operation.location().path().endsWith("ffn.down")).toList();
    List<Value> probes = products.stream().flatMap(product -> product.operands().stream()).toList();
    Function probed = function.withBody(new Block(
        function.parameters(), function.body().operations(), ImmutableList.copyOf(probes)));
    List<Tensor> seen = new Interpreter(Mode.EXACT, changed.made().over(model.weights().orElseThrow()))
        .run(changed.output(), probed, inputs);
    List<Operands> operands = new ArrayList<>();
    for (int i = 0; i < products.size(); i++) {
      Tensor right = seen.get(2 * i + 1);
      boolean isTransposed = ((MatMul) products.get(i).op()).transposeB();
      operands.add(new Operands(
          products.get(i).location().path(), seen.get(2 * i), isTransposed ? transposed(right) : right.values()));
    }
    return operands;
  }

  private PassRun changed(String passes, ImmutableList<Tensor> seen) {
    PassEnvironment environment = PassEnvironment.of(REGISTRY.ir())
        .withWeights(model.weights().orElseThrow())
        .withInputs(ImmutableMap.of(model.entry(model.module()).name(), seen));
    return PassManager.of(REGISTRY, environment).run(module, REGISTRY.parse(passes));
  }

  private static double[] transposed(Tensor matrix) {
    int rows = matrix.extents()[0];
    int columns = matrix.extents()[1];
    double[] values = matrix.values();
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i % columns * rows + i / columns] = values[i];
    }
    return result;
  }

  @Override
  public void close() {
    model.close();
  }
}
