package nibble.engine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.dsl.CompileOptions;
import nibble.dsl.Nib;
import nibble.dsl.SourceFile;
import nibble.engine.compile.Toolchain;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.passes.PassEnvironment;
import nibble.passes.PassListener;
import nibble.passes.PassManager;
import nibble.passes.PassRun;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.validate.SampleData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random models of the language with random passes on random targets: each is refused with a reason, or what comes out
 * of every pass can be printed and read again, compiles to the same PTX each time, and has no element that is farther
 * from the exact one than its bound.
 */
class RandomModelTest {
  private static final List<String> TARGETS = List.of("sm_80", "sm_86", "sm_89", "sm_90a", "sm_120a");

  /**
   * The same ones in each build, so that builds can be compared: {@code -Dnibble.fuzz.seed} and {@code
   * -Dnibble.fuzz.models} ask for others.
   */
  private static LongStream seeds() {
    long first = Long.getLong("nibble.fuzz.seed", 29);
    return LongStream.range(first, first + Integer.getInteger("nibble.fuzz.models", 7));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void modelsAndPassesCompose(long seed) {
    compose(seed);
  }

  private static void compose(long seed) {
    Random random = new Random(seed);
    RandomModel model = RandomModel.of(random);
    String pipeline = RandomPipeline.of(random);
    Target target = Targets.get(TARGETS.get(random.nextInt(TARGETS.size())));
    String told = model.text() + pipeline + "\n" + target.name() + " " + model.sizes() + "\n";
    Module module = Nib.compile(new SourceFile("random.nib", model.text()), CompileOptions.standard())
        .module().orElseThrow();
    SampleData data = new SampleData(seed);
    ImmutableList<Tensor> inputs = data.inputs(module.functions().get("f"), model.sizes());
    try {
      PassRun run = passes(module, pipeline, data, inputs);
      Module prepared = run.output();
      Function f = prepared.functions().get("f");
      Program program = new Backend().compile(prepared, f, target);
      assertEquals(program.module().text(), new Backend().compile(prepared, f, target).module().text(), told);
      // Behind the inputs of the model there may be state, which begins with zeros.
      ImmutableList.Builder<Tensor> given = ImmutableList.<Tensor>builder().addAll(inputs);
      f.parameters().subList(inputs.size(), f.parameters().size()).forEach(state -> given.add(zeros(state)));
      ProvenRun.of(program, given.build(), run.made().over(data.weights())).wrong().ifPresent(check ->
          fail(told + check.kernel() + ", launch " + check.index() + ": " + check.results()));
    } catch (InputException refused) {
      assertEquals(false, refused.getMessage().isBlank(), told);
    } catch (RuntimeException bug) {
      throw new IllegalStateException(told, bug);
    }
  }

  private static PassRun passes(Module module, String pipeline, SampleData data, ImmutableList<Tensor> inputs) {
    PassRegistry registry = Toolchain.withPlugins(List.of()).passes();
    PassEnvironment environment = PassEnvironment.of(Registry.core())
        .withWeights(data.weights()).withInputs(ImmutableMap.of("f", inputs));
    return PassManager.of(registry, environment).with(new PassListener() {
      @Override
      public void after(Step step, Module before, Module after) {
        String text = Printer.print(after, Registry.core());
        assertEquals(after, Parser.parse(text, "printed.ir", Registry.core()), step.text());
      }
    }).run(module, registry.parse(pipeline));
  }

  private static Tensor zeros(Value state) {
    return Tensor.generate(state.tensorType(), i -> 0);
  }
}
