package nibble.engine.fuzz;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.engine.compile.Toolchain;
import nibble.engine.plan.Constants;
import nibble.engine.plan.Session;
import nibble.engine.plan.Session.Sharing;
import nibble.engine.testing.ProvenRun;
import nibble.engine.verify.KernelCheck;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;
import nibble.passes.NumericEffect;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.validate.SampleData;
import nibble.passes.validate.ValidationReport;
import nibble.passes.validate.Validator;

/** Compiles what a sketch stands for, runs it on the PTX machine, and looks for anything that is wrong. */
final class SketchTrial {
  /** Pipelines as recipes mean them. */
  static final List<String> RECIPES = List.of(
      "",
      "cast{to=f16}",
      "cast{to=bf16}",
      "quantize{weight=i8:channel, act=i8:token},fold-dequantize,cast{to=f16}",
      "canonicalize,cse,dce",
      "quantize{weight=i8:tensor, act=i8:tensor},fold-dequantize",
      "quantize{weight=i8:block(32,32), act=i8:group 32},fold-dequantize,cast{to=bf16}",
      "decompose,canonicalize,fold-constants,cse,dce",
      "quantize{weight=i4:group(32):f16},cast{to=f16}",
      "quantize{weight=e2m1:group(16):ue4m3:tensor, act=e2m1:group(16):ue4m3:tensor},fold-dequantize,cast{to=f16}",
      "quantize{weight=e2m1:group(32):ue8m0:up, act=i4:group(32):f16},fold-dequantize",
      "quantize{weight=i8:channel},cast{to=bf16},fold-dequantize,canonicalize",
      "specialize{B=2, S=8},quantize{weight=i8:channel:f16, act=i8:token:f16},fold-dequantize",
      "quantize{weight=i8:channel, act=i8:group 32:residual(i8,1.0)},fold-dequantize",
      "hadamard{size=8},quantize{weight=i8:block(32,32), "
          + "act=i8:block(16,32):residual(i8,0.5)},fold-dequantize,cast{to=f16}",
      "cast{to=f16},sparsify-activations",
      "detach-outliers{share=0.02},hadamard{size=4, seed=5},quantize{weight=i8:channel, act=i8:token},fold-dequantize");

  /** The sizes that one of them fixes. */
  static final Map<String, Long> FIXED = Map.of("B", 2L, "S", 8L);

  private final Sketch sketch;

  private SketchTrial(Sketch sketch) {
    this.sketch = sketch;
  }

  /** What came out. */
  sealed interface Outcome {
    /**
     * All is well.
     *
     * @param launches how many kernels were launched
     * @param unbounded how many elements had no bound, so that nothing was said of them
     */
    record Proven(int launches, int unbounded) implements Outcome {}

    /** The backend refused it. */
    record Refused(String why) implements Outcome {}

    /** A bug. */
    record Wrong(String what) implements Outcome {}
  }

  static Outcome of(Sketch sketch) {
    return new SketchTrial(sketch).run();
  }

  /** The same, where whatever is thrown is a bug. */
  static Outcome safely(Sketch sketch) {
    try {
      return of(sketch);
    } catch (RuntimeException | StackOverflowError e) {
      String place =
          Arrays.stream(e.getStackTrace()).limit(6).map(Object::toString).collect(Collectors.joining("\n  "));
      return new Outcome.Wrong(e + "\n  " + place);
    }
  }

  private Outcome run() {
    Module module = SketchBuilder.build(sketch);
    Verifier.require(module);
    SampleData data = new SampleData(sketch.seed());
    Module prepared;
    try {
      prepared = passes(module, data);
    } catch (InputException e) {
      return new Outcome.Refused("passes: " + e.getMessage());
    }
    Function main = prepared.functions().get("main");
    List<Tensor> inputs = data.inputs(main, sketch.sizes());
    Program program;
    try {
      program = new Backend().compile(prepared, main, ProvenRun.TARGET);
    } catch (InputException e) {
      // What a kernel can't compute must not have been given to it.
      return e.getMessage().startsWith("the kernel needs")
          ? new Outcome.Wrong(e.getMessage() + "\n" + text(prepared)) : new Outcome.Refused(e.getMessage());
    }
    Optional<String> wrong = partition(prepared, program, inputs, data.weights());
    if (wrong.isPresent()) {
      return new Outcome.Wrong(wrong.get());
    }
    ProvenRun run = ProvenRun.of(program, inputs, data.weights());
    if (run.wrong().isPresent()) {
      return new Outcome.Wrong(describe(run.wrong().get()) + "\n" + text(prepared) + text(program));
    }
    return shared(program, inputs, data.weights(), run.outputs())
        .<Outcome>map(Outcome.Wrong::new)
        .orElseGet(() -> new Outcome.Proven(run.checks().size(), run.unbounded()));
  }

  private Module passes(Module module, SampleData data) {
    PassEnvironment environment = PassEnvironment.of(Registry.core()).withWeights(data.weights());
    PassRegistry registry = Toolchain.withPlugins(List.of()).passes();
    return PassManager.of(registry, environment).run(module, registry.parse(RECIPES.get(sketch.recipe()))).output();
  }

  /** The kernels together must mean what the function means. */
  private Optional<String> partition(Module module, Program program, List<Tensor> inputs, WeightSource weights) {
    Function main = program.main();
    List<Operation> operations = new ArrayList<>(program.load().body().operations());
    operations.addAll(main.body().operations());
    Function whole = new Function("main", new Block(
        ImmutableList.copyOf(main.parameters().subList(0, program.inputs())), ImmutableList.copyOf(operations),
        main.body().results()), main.location());
    Module after = Module.of(module.name(), module.symbols().values(), List.of(whole));
    Validator validator = new Validator(
        Optional.of(weights), ImmutableMap.of("main", ImmutableList.copyOf(inputs)), 1);
    ValidationReport report =
        validator.check("partition", new NumericEffect.Exact(), module, after, List.of());
    return report.ok() ? Optional.empty() : Optional.of(report.text() + "\n" + text(module) + text(program));
  }

  /** The same results, bit by bit, where results of kernels share memory. */
  private static Optional<String> shared(
      Program program, List<Tensor> inputs, WeightSource weights, List<Tensor> outputs) {
    List<Tensor> again = ProvenRun.launch(
        program, inputs, Constants.of(program, weights), Sharing.BY_LIVENESS, Session.Observer.NONE);
    for (int i = 0; i < outputs.size(); i++) {
      if (!outputs.get(i).sameAs(again.get(i))) {
        return Optional.of("result " + i + " is another where results share memory\n" + text(program));
      }
    }
    return Optional.empty();
  }

  private static String describe(KernelCheck check) {
    return "kernel " + check.kernel() + ", launch " + check.index() + ", at " + check.location() + ": "
        + check.results();
  }

  private static String text(Module module) {
    return Printer.print(module, Registry.core());
  }

  private static String text(Program program) {
    return Printer.print(Module.of("program", program.symbols().values(), List.of(program.main())), Registry.core());
  }
}
