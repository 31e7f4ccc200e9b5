package nibble.dsl;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.dsl.lower.Lowering;
import nibble.dsl.parse.SourceParser;
import nibble.dsl.program.Program;
import nibble.dsl.program.ProgramLoader;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.SyntaxTree;
import nibble.ir.diagnostic.InputException;

/** The compiler of the tensor language. Stateless; every method may be called from any thread. */
public final class Nib {
  private Nib() {}

  /**
   * The syntax tree of a file.
   *
   * @throws InputException with all syntax errors
   */
  public static SyntaxTree parse(SourceFile source) {
    Reporter reporter = new Reporter();
    SyntaxTree tree = SourceParser.parse(source, reporter);
    if (reporter.hasErrors()) {
      throw new InputException(reporter.all());
    }
    return tree;
  }

  /**
   * Compiles a file with all that it imports.
   *
   * @throws InputException with all errors
   */
  public static CompiledFile compile(SourceFile source, CompileOptions options) {
    return compile(List.of(source), options);
  }

  /**
   * Compiles files together: one with a model, perhaps, and others with recipes for it.
   *
   * @throws InputException with all errors
   */
  public static CompiledFile compile(List<SourceFile> sources, CompileOptions options) {
    Compilation compilation = check(sources, options);
    return compilation.result().orElseThrow(() -> new InputException(compilation.diagnostics()));
  }

  /** As {@link #compile}, but gives errors as a value, with the text of imported files to show them in. */
  public static Compilation check(List<SourceFile> sources, CompileOptions options) {
    Reporter reporter = new Reporter();
    Program program = ProgramLoader.load(sources, options.loader(), reporter);
    Lowering.Result lowered = Lowering.run(program, options.registry(), options.catalog(), reporter);
    ImmutableMap<String, String> texts = program.sources().values().stream()
        .collect(ImmutableMap.toImmutableMap(SourceFile::name, SourceFile::text));
    Optional<CompiledFile> result = reporter.hasErrors()
        ? Optional.empty()
        : Optional.of(new CompiledFile(lowered.module(), lowered.recipes(), reporter.all(), texts));
    return new Compilation(result, ImmutableList.copyOf(reporter.all()), texts);
  }
}
