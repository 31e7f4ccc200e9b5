package nibble.benchmark;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.target.Targets;
import nibble.dsl.CompileOptions;
import nibble.dsl.CompiledFile;
import nibble.dsl.Nib;
import nibble.dsl.SourceFile;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.recipe.RecipePipeline;
import nibble.passes.spi.Plugins;

/**
 * The sample MiniLM with recipe {@code w8a8}, and each phase of its compilation.
 *
 * @param sources text of the model and of the recipe
 * @param plugins the registries
 */
record MiniLm(ImmutableList<SourceFile> sources, Plugins plugins) {
  private static final String SAMPLES = "nibble.samples";
  private static final String RECIPE = "w8a8";

  /** Reads the files; the system property {@value #SAMPLES} says where the samples are. */
  static MiniLm open() {
    Path samples = Path.of(System.getProperty(SAMPLES, "samples"));
    try {
      return new MiniLm(
          ImmutableList.of(
              SourceFile.read(samples.resolve("minilm/minilm.nib")),
              SourceFile.read(samples.resolve("recipes/" + RECIPE + ".nib"))),
          Plugins.onClassPath());
    } catch (IOException e) {
      throw new UncheckedIOException("the samples are not at " + samples + "; -D" + SAMPLES + " says where", e);
    }
  }

  private Registry registry() {
    return plugins.registry();
  }

  /** Phase 1: text is parsed, checked and lowered to IR. */
  CompiledFile read() {
    return Nib.compile(sources, CompileOptions.standard().withRegistry(registry()));
  }

  /** Phase 2: the recipe's passes, each verified. */
  Module passes(CompiledFile file) {
    Module module = file.module().orElseThrow();
    PassRegistry passes = plugins.passes();
    return PassManager.of(passes, PassEnvironment.of(registry()))
        .run(module, RecipePipeline.of(file.recipes().get(RECIPE), module, passes)).output();
  }

  /** Phase 3: kernels are formed, generated as Tile IR and lowered to PTX instructions. */
  Program kernels(Module module) {
    return new Backend(registry(), ImmutableList.of())
        .compile(module, module.functions().values().iterator().next(), Targets.get("sm_80"));
  }

  /** Phase 4: the PTX as text. */
  String text(Program program) {
    return program.module().text();
  }

  /** All phases. */
  String compile() {
    return text(kernels(passes(read())));
  }
}
