package nibble.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import nibble.dsl.syntax.SyntaxTree;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.text.Printer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NibTest {
  private static final SourceFile MODEL =
      new SourceFile("m.nib", "model m { size N fn f(x: f32[N]) -> f32[N] { return x * 2 } }");
  private static final SourceFile RECIPES =
      new SourceFile("r.nib", "recipe a { cast { to = f16 } } recipe b extends a { cse {} }");

  @Test
  void parsesWithoutMeaning() {
    SyntaxTree tree = Nib.parse(new SourceFile("x.nib", "fn f(x: unknown[N]) -> f32[N] { return nothing }"));
    assertEquals(1, tree.declarations().size());
    assertThrows(InputException.class, () -> Nib.parse(new SourceFile("x.nib", "fn (")));
  }

  @Test
  void compilesAModelTogetherWithRecipes() {
    CompiledFile compiled = Nib.compile(List.of(MODEL, RECIPES), CompileOptions.standard());
    assertEquals("m", compiled.module().map(Module::name).orElseThrow());
    assertEquals(ImmutableSet.of("a", "b"), compiled.recipes().keySet());
    assertEquals(
        List.of("cast", "cse"), compiled.recipes().get("b").clauses().stream().map(clause -> clause.pass()).toList());
    assertEquals(ImmutableSet.of("m.nib", "r.nib"), compiled.sources().keySet());
  }

  @Test
  void twoFilesMayNotHaveARecipeOfOneName() {
    SourceFile other = new SourceFile("s.nib", "recipe a {}");
    InputException refused = assertThrows(
        InputException.class, () -> Nib.compile(List.of(RECIPES, other), CompileOptions.standard()));
    assertEquals("there are two recipes 'a'", refused.diagnostics().getFirst().message());
  }

  @Test
  void twoFilesMayImportTheSameOne() {
    FileLoader loader = FileLoader.of(ImmutableMap.of("base.nib", "recipe base {} size D = 4"));
    List<SourceFile> files = List.of(
        new SourceFile("a.nib", "import \"base.nib\" recipe a extends base {}"),
        new SourceFile("b.nib", "import \"base.nib\" recipe b extends base {}"));
    CompiledFile compiled = Nib.compile(files, CompileOptions.standard().withLoader(loader));
    assertEquals(ImmutableSet.of("a", "base", "b"), compiled.recipes().keySet());
    assertTrue(compiled.module().isEmpty());
  }

  @Test
  void importsAreRelativeToTheImportingFile(@TempDir Path folder) throws IOException {
    Files.createDirectories(folder.resolve("parts/inner"));
    Files.writeString(folder.resolve("main.nib"), "import \"parts/a.nib\"\nmodel m { fn f() -> f32 { return a() } }");
    Files.writeString(folder.resolve("parts/a.nib"), "import \"inner/b.nib\"\nfn a() -> f32 { return b() }\r\n");
    Files.writeString(folder.resolve("parts/inner/b.nib"), "fn b() -> f32 { return 1 }");
    CompiledFile compiled =
        Nib.compile(SourceFile.read(folder.resolve("main.nib")), CompileOptions.standard());
    assertEquals(3, compiled.sources().size());
    assertTrue(compiled.module().isPresent());
  }

  @Test
  void aFolderIsNoFileToImport(@TempDir Path folder) throws IOException {
    Files.createDirectories(folder.resolve("a.nib"));
    Files.writeString(folder.resolve("main.nib"), "import \"a.nib\"\nimport \"\\\\u0000\"\nimport \"\"");
    Compilation compilation =
        Nib.check(List.of(SourceFile.read(folder.resolve("main.nib"))), CompileOptions.standard());
    assertEquals(3, compilation.diagnostics().size());
  }

  @Test
  void errorsOfImportedFilesCanBeShown() {
    FileLoader loader = FileLoader.of(ImmutableMap.of("lib.nib", "fn g(x: f32[N]) -> f32[N] { return y }"));
    Compilation compilation = Nib.check(
        List.of(new SourceFile("m.nib", "import \"lib.nib\"")), CompileOptions.standard().withLoader(loader));
    assertTrue(compilation.result().isEmpty());
    assertTrue(Goldens.render(compilation).contains("return y"));
  }

  @Test
  void lineEndsOfAllKindsCount() {
    SourceFile source = new SourceFile("x.nib", "// one\r\n// two\r// three\nfn f(x: f32[N]) -> f32[N] { return y }");
    Compilation compilation = Nib.check(List.of(source), CompileOptions.standard());
    assertEquals(4, compilation.diagnostics().getFirst().location().line());
  }

  @Test
  void compilesInSeveralThreadsAtOnce() {
    Printer printer = new Printer(Registry.core(), true);
    List<String> texts = IntStream.range(0, 64).parallel()
        .mapToObj(i -> printer.print(Nib.compile(MODEL, CompileOptions.standard()).module().orElseThrow()))
        .distinct().toList();
    assertEquals(1, texts.size());
  }
}
