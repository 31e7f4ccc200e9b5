package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models, IR, recipes and pipelines that are wrong or missing: each is refused with its place and what would help. */
class BadModelTest {
  @TempDir private Path folder;

  private CommandRun explain(String model, Object... more) {
    Path file = SmallModel.write(folder.resolve("bad.nib"), model);
    Object[] args = new Object[2 + more.length];
    args[0] = "explain";
    args[1] = file;
    System.arraycopy(more, 0, args, 2, more.length);
    return CommandRun.of(args);
  }

  private CommandRun opt(String ir) {
    return CommandRun.of("opt", SmallModel.write(folder.resolve("bad.ir"), ir));
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "opt", "explain", "compile"})
  void modelThatIsNotThere(String verb) {
    Path model = SmallModel.nib(folder).resolveSibling("smal.nib");
    String[] more = verb.equals("compile") ? new String[] {"--target", "sm_80", "-o", folder + "/out"} : new String[0];
    Object[] args = new Object[2 + more.length];
    args[0] = verb;
    args[1] = model;
    System.arraycopy(more, 0, args, 2, more.length);
    CommandRun.of(args)
        .failed(ExitCode.COMPILE_ERROR, model + ": there is no such model file or sample folder",
            "did you mean 'small.nib'?");
    args[1] = folder;
    CommandRun.of(args).failed(ExitCode.COMPILE_ERROR, folder + ": the folder has no nibble.json");
  }

  @Test
  void modelThatMayNotBeRead() throws IOException {
    Path model = SmallModel.nib(folder);
    Files.setPosixFilePermissions(model, PosixFilePermissions.fromString("-w-------"));
    assumeTrue(!Files.isReadable(model), "skipped: this user may read everything");
    CommandRun.of("explain", model).failed(ExitCode.COMPILE_ERROR, model + ": can't be read: permission denied");
  }

  @Test
  void fileWithoutAModel() {
    explain("").failed(ExitCode.COMPILE_ERROR, "bad.nib: the file has no model, only recipes");
    explain("recipe r \"\" { cast { to = f16 } }").failed(ExitCode.COMPILE_ERROR, "the file has no model", "--recipe");
  }

  @Test
  void errorsOfTheSourceHavePlaceExcerptAndHint() {
    CommandRun run = explain(SmallModel.TEXT.replace("gelu", "gelo"))
        .failed(ExitCode.COMPILE_ERROR, "bad.nib:7:", "gelo", "did you mean 'gelu'?");
    String[] lines = run.err().split("\n");
    assertTrue(lines[1].matches(" --> .*bad\\.nib:7:\\d+"), run.err());
    int column = Integer.parseInt(lines[1].substring(lines[1].lastIndexOf(':') + 1));
    assertTrue(lines[4].startsWith("  | " + " ".repeat(column - 1) + "^^^^"), run.err());
    assertTrue(lines[3].startsWith("gelo", 3 + column), run.err());
  }

  @Test
  void shapesThatDoNotFit() {
    explain(SmallModel.TEXT.replace("weight b: f32[O]", "weight b: f32[I]"))
        .failed(ExitCode.COMPILE_ERROR, "bad.nib:14:");
  }

  @Test
  void bytesThatAreNoText() throws IOException {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    for (String name : new String[] {"bytes.nib", "bytes.ir"}) {
      Path file = Files.write(folder.resolve(name), bytes);
      CommandRun run = CommandRun.of("opt", file).failed(ExitCode.COMPILE_ERROR, file + ":");
      assertHarmless(run.err());
    }
    CommandRun.of("fmt", folder.resolve("bytes.nib")).failed(ExitCode.COMPILE_ERROR, "is no UTF-8 text");
    CommandRun run = CommandRun.of("ptx", "check", folder.resolve("bytes.ir")).failed(ExitCode.COMPILE_ERROR);
    assertHarmless(run.err());
  }

  /** There is nothing that a terminal would obey. */
  private static void assertHarmless(String text) {
    assertFalse(text.chars().anyMatch(c -> c != '\n' && Character.isISOControl(c)), text);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "%0 = foo %x : tensor<[4] x f32>          | there is no op 'foo'              | bad.ir:3:8",
    "%0 = expp %x : tensor<[4] x f32>         | did you mean 'exp'?               | bad.ir:3:8",
    "%0 = exp %y : tensor<[4] x f32>          | there is no value '%y'            | bad.ir:3:12",
    "%0 = exp %x : tensor<[5] x f32>          | exp gives tensor<[4] x f32>, not tensor<[5] x f32> | bad.ir:3:8",
    "%0 = exp %x : tensor<[4] x f33>          | there is no number format 'f33'   | bad.ir:3:30",
    "%0 = exp %x : tensor<[4 x f32>           | expected                          | bad.ir:3:",
    "%0 = add %x : tensor<[4] x f32>          | add                               | bad.ir:3:8",
    "%0 = exp %x                              | 1 result here but 0 result types  | bad.ir:3:8",
    "%x = exp %x : tensor<[4] x f32>          | %x is defined twice               | bad.ir:3:3",
    "%0 = weight : tensor<[4] x f32>          | weight needs the attribute key    | bad.ir:3:8",
    "%0 = weight {kye = \"a\"} : tensor<[4] x f32> | did you mean 'key'?          | bad.ir:3:16",
    "%0 = exp %x : tensor<[N] x f32>          | N                                 | bad.ir:3:",
    "%0 = exp %x : tensor<[99999999999999999999] x f32> | 99999999999999999999    | bad.ir:3:",
  })
  void operationsOfTheTextForm(String operation, String text, String place) {
    opt("module @m {\n func @f(%x: tensor<[4] x f32>) {\n  " + operation + "\n  return %x\n }\n}\n")
        .failed(ExitCode.COMPILE_ERROR, text, place);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "module @m {                  | expected 'func' but found the end of the text",
    "module                       | expected a name with '@' but found the end of the text",
    "modul @m { }                 | expected 'module'",
    "module @m { } module @n { }  | nothing may follow the module",
    "module @m { func @f() { } }  | a block must end with 'return'",
  })
  void modulesOfTheTextForm(String ir, String text) {
    opt(ir).failed(ExitCode.COMPILE_ERROR, text);
    opt("").failed(ExitCode.COMPILE_ERROR, "expected 'module' but found the end of the text");
  }

  @Test
  void errorOfOneOfSeveralModulesHasItsLineInTheFile() {
    opt(SmallModel.IR + "// ----- next\n" + SmallModel.IR.replace("add %0, %1", "add %0, %9"))
        .failed(ExitCode.COMPILE_ERROR, "there is no value '%9'", "bad.ir:16:18");
  }

  @Test
  void errorsPointIntoTheTextFormNotIntoWhatItWasMadeOf() {
    CommandRun run = opt(
        SmallModel.IR.replace("%1 = exp %x : tensor<[B,4] x f32>", "%1 = exp %x : tensor<[B,5] x f32>"));
    run.failed(ExitCode.COMPILE_ERROR, "exp gives tensor<[B,4] x f32>, not tensor<[B,5] x f32>", "bad.ir:5:10");
  }

  @Test
  void functionsThatAreNotThere() {
    Path model = SmallModel.nib(folder);
    CommandRun.of("run", model, "--made-up", "--fn", "mian")
        .failed(ExitCode.COMPILE_ERROR, model + ": there is no function 'mian'", "did you mean 'main'?");
    Path empty = SmallModel.write(folder.resolve("empty.ir"), "module @m { }\n");
    CommandRun.of("run", empty, "--made-up").failed(ExitCode.COMPILE_ERROR, "it has no function to run");
    CommandRun.of("compile", empty, "--target", "sm_80", "-o", folder.resolve("out"))
        .failed(ExitCode.COMPILE_ERROR, "it has no function to run");
    assertFalse(Files.exists(folder.resolve("out")));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "quantize upp { weight = i8:channel } | the path pattern 'upp' of quantize matches no operation | up, down",
    "quantize up[3] { weight = i8:channel } | matches no operation                 | up",
    "quantize up { wieght = i8:channel }  | quantize has no option 'wieght'        | did you mean 'weight'?",
    "quantise up { weight = i8:channel }  | there is no recipe clause 'quantise'   | did you mean 'quantize'?",
    "quantize up { weight = i9:channel }  | there is no number format 'i9'         | did you mean 'i2'?",
    "quantize up { weight = int8:channel }| there is no number format 'int8'       | here it is called i8",
    "cast { to = fp16 }                   | there is no number format 'fp16'       | here it is called f16",
    "quantize up { weight = i8:chanel }   | there is no granularity 'chanel'       | did you mean 'channel'?",
    "quantize up { weight = }             | expected                               | bad.nib",
    "quantize up { weight = i8:channel    | expected                               | bad.nib",
    "quantize {                           | expected                               | bad.nib",
  })
  void recipes(String clause, String text, String hint) {
    String recipe = "recipe r \"\" {\n  " + clause + "\n}\n";
    Path file = SmallModel.write(folder.resolve("r.nib"), recipe);
    CommandRun.of("explain", SmallModel.nib(folder), "--recipe", file)
        .failed(ExitCode.COMPILE_ERROR, text, hint.equals("bad.nib") ? "r.nib:" : hint, "r.nib:");
  }

  /** Whatever else is in a kernel, what it can't compute has the place. */
  @Test
  void attentionWithoutAKernelIsUnderlined() {
    Path model = SmallModel.write(folder.resolve("heads.nib"), """
        model heads {
          size B, S
          weight w: f32[8, 8]

          fn f(x: f32[B, 2, S, 8]) -> f32[B, 2, S, 8] {
            let k = x @ w
            let scores = softmax(x @ k.T)
            return scores @ x
          }
        }
        """);
    CommandRun.of("run", model, "--made-up", "--size", "S=64", "--passes", "fuse-attention{scheme=sage3}")
        .failed(
            ExitCode.COMPILE_ERROR, "no kernel computes this attention: its heads have 8 elements", "heads.nib:8:12");
  }

  @Test
  void recipesThatAreNotThere() {
    Path model = SmallModel.nib(folder);
    CommandRun.of("explain", model, "--recipe", "w9")
        .failed(ExitCode.COMPILE_ERROR, "there is no recipe 'w9'", "did you mean 'w8'?");
    Path none = folder.resolve("none.nib");
    CommandRun.of("explain", model, "--recipe", none)
        .failed(ExitCode.COMPILE_ERROR, none + ": there is no such recipe file");
    Path two = SmallModel.write(
        folder.resolve("two.nib"), "recipe a \"\" { cast { to = f16 } }\nrecipe b \"\" { cast { to = bf16 } }\n");
    CommandRun.of("explain", model, "--recipe", two).failed(ExitCode.COMPILE_ERROR, "which of its recipes is meant?");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "ces                              | there is no pass 'ces'               | --passes:1:1",
    "cse,,dce                         | expected the name of a pass          | --passes:1:5",
    "cse,                             | expected the name of a pass          | --passes:1:5",
    "quantize{                        | expected the name of an option       | --passes:1:10",
    "quantize{weight=i8:channel       | this '{' is not closed               | --passes:1:9",
    "quantize{wieght=i8:channel}      | did you mean 'weight'?               | --passes:1:10",
    "quantize{weight=i9:channel}      | there is no number format 'i9'       | --passes:1:17",
    "quantize{at=upp,weight=i8:token} | near paths are up, down              | --passes:1:13",
    "specialize{B=x}                  | specialize                           | --passes:1:",
    "specialize{Q=3}                  | the module has no symbolic size 'Q'  | --passes:1:1",
    "cse{x=1}                         | cse has no option 'x'                | --passes:1:5",
  })
  void pipelines(String pipeline, String text, String place) {
    CommandRun.of("opt", SmallModel.nib(folder), "--passes", pipeline).failed(ExitCode.COMPILE_ERROR, text, place);
  }

  @Test
  void manifests() throws IOException {
    SmallModel.nib(folder);
    Path manifest = folder.resolve("nibble.json");
    SmallModel.write(manifest, "{\"model\": \"small.nib\", \"wieghts\": {}}");
    CommandRun.of("explain", folder).failed(ExitCode.COMPILE_ERROR, "no field 'wieghts'", "did you mean 'weights'?");
    SmallModel.write(manifest, "{\"model\": \"none.nib\"}");
    CommandRun.of("explain", folder).failed(ExitCode.COMPILE_ERROR, "none.nib is missing");
    SmallModel.write(manifest, "{\"model\": ");
    CommandRun.of("explain", folder).failed(ExitCode.COMPILE_ERROR, manifest + ":1:");
    SmallModel.write(manifest, "{\"model\": 7}");
    CommandRun.of("explain", folder).ended(ExitCode.COMPILE_ERROR).requireNoTrace();
    SmallModel.write(manifest, "[]");
    CommandRun.of("explain", folder).failed(ExitCode.COMPILE_ERROR, "nibble.json");
    Files.delete(manifest);
    Files.createDirectory(manifest);
    CommandRun.of("explain", folder).failed(ExitCode.COMPILE_ERROR, manifest + ": is a folder, not a file");
  }

  @Test
  void sizes() {
    Path model = SmallModel.nib(folder);
    CommandRun.of("explain", model, "--size", "B=0").failed(ExitCode.USAGE, "--size B=0: a size is 1 or more");
    CommandRun.of("explain", model, "--size", "B=x").failed(ExitCode.USAGE, "--size", "'x'");
    CommandRun.of("explain", model, "--size", "B").failed(ExitCode.USAGE, "--size");
    CommandRun.of("explain", model, "--size", "Q=3")
        .failed(ExitCode.COMPILE_ERROR, "--size Q=3: the module has no symbolic size 'Q'", "did you mean 'B'?");
    for (String size : new String[] {"B=999999999", "B=9999999999999", "B=9223372036854775807"}) {
      CommandRun.of("run", model, "--made-up", "--size", size)
          .failed(ExitCode.COMPILE_ERROR, "which has more than 2^31 elements", "--size");
    }
  }

  @Test
  void nothingIsLeftInTheFolder() throws IOException {
    Path model = SmallModel.nib(folder);
    CommandRun.of(
        "opt", model, "--passes", "ces", "-o", folder.resolve("out.ir"), "--dump-dir", folder.resolve("dumps"))
        .failed(ExitCode.COMPILE_ERROR);
    assertEquals(1, CompileCommandTest.names(folder).size() - (Files.exists(folder.resolve("dumps")) ? 1 : 0));
    assertTrue(!Files.exists(folder.resolve("dumps")) || CompileCommandTest.names(folder.resolve("dumps")).isEmpty());
  }
}
