package sample.minilm;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.util.List;
import nibble.codegen.Program;
import nibble.codegen.target.Targets;
import nibble.emulator.Machine;
import nibble.engine.compile.LowerModel;
import nibble.engine.compile.OpenModel;
import nibble.engine.compile.PrepareModel;
import nibble.engine.compile.PreparedModel;
import nibble.engine.compile.ReadModel;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.compile.Toolchain;
import nibble.engine.device.Device;
import nibble.engine.device.emulator.EmulatedDevice;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.run.CalibratedModel;
import nibble.engine.run.RunModel;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.engine.text.TokenBatch;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;

/** The sample, compiled with a recipe and loaded into the PTX machine once, for any number of batches. */
final class Encoder implements AutoCloseable {
  /** The sample folder. */
  static final Path FOLDER = Path.of(".");

  private final OpenModel model;
  private final Device device;
  private final Constants constants;
  private final Session session;

  private Encoder(OpenModel model, Device device, Constants constants, Session session) {
    this.model = model;
    this.device = device;
    this.constants = constants;
    this.session = session;
  }

  static ModelArgument sample() {
    return ModelArgument.resolve(FOLDER, ModelOptions.NONE);
  }

  /** The recipe's name, or {@code none}. */
  static RecipeChoice choice(String recipe) {
    return recipe.equals("none") ? new RecipeChoice.None() : new RecipeChoice.Named(recipe);
  }

  static OpenModel open(String recipe, Toolchain toolchain) {
    return ReadModel.read(sample(), choice(recipe), toolchain, ReadModel.Weights.REQUIRED);
  }

  static Encoder of(String recipe) {
    return of(recipe, Machine.builder());
  }

  /** The sample on such a machine. */
  static Encoder of(String recipe, Machine.Builder machine) {
    Toolchain toolchain = Toolchain.withPlugins(List.of());
    OpenModel model = open(recipe, toolchain);
    PreparedModel prepared = CalibratedModel.prepare(PrepareModel.with(toolchain), model, choice(recipe));
    Program program = new LowerModel(toolchain).lower(prepared, Targets.get(RunModel.EMULATED_TARGET));
    Device device = new EmulatedDevice(machine.build(), program.target());
    Constants constants = Constants.of(program, prepared.weights(model.weights().orElseThrow()));
    return new Encoder(
        model, device, constants, Session.open(program, device, constants, Sharing.BY_LIVENESS));
  }

  Program program() {
    return session.program();
  }

  Constants constants() {
    return constants;
  }

  List<Tensor> inputs(TokenBatch batch) {
    return ImmutableList.of(batch.ids(Formats.I32), batch.mask(Formats.F32));
  }

  /** Embeddings of a batch, {@code [rows, 384]}. */
  Tensor encode(TokenBatch batch) {
    return encode(batch, Session.Observer.NONE);
  }

  Tensor encode(TokenBatch batch, Session.Observer observer) {
    return session.run(inputs(batch), observer).getFirst();
  }

  @Override
  public void close() {
    session.close();
    device.close();
    model.close();
  }
}
