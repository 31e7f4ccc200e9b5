package nibble.engine.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.engine.file.NumpyFiles;
import nibble.engine.sample.ModelArgument;
import nibble.engine.sample.ModelOptions;
import nibble.engine.tensor.HostTensor;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelInputsTest {
  private static final Module MODULE = ProvenRun.parse("""
      module @m {
        symbol B min 4 multiple of 4
        func @main(%x: tensor<[B,2] x f16>, %ids: tensor<[B] x i32>) {
          %t = weight {key = "t"} : tensor<[3,2] x f16>
          %0 = gather %t, %ids {axis = 0} : tensor<[B,2] x f16>
          %1 = add %0, %x : tensor<[B,2] x f16>
          return %1
        }
      }
      """);
  private static final Function MAIN = MODULE.functions().get("main");

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void writeModel() throws IOException {
    model = Files.writeString(folder.resolve("m.ir"), "");
  }

  private Path array(String name, NumberFormat format, int[] extents, double... elements) {
    Path file = folder.resolve(name);
    long[] wide = Arrays.stream(extents).asLongStream().toArray();
    NumpyFiles.writeNpy(file, HostTensor.encode(Tensor.of(TensorType.of(Shape.of(wide), format), elements)));
    return file;
  }

  private ModelInputs read(Map<String, Path> files) {
    ModelArgument argument = ModelArgument.resolve(
        model, new ModelOptions(Optional.empty(), Optional.empty(), files));
    return ModelInputs.read(argument, MAIN);
  }

  @Test
  void arraysTakeTheFormatOfTheParameter() {
    ModelInputs inputs = read(Map.of(
        "x", array("x.npy", Formats.F32, new int[] {1, 2}, 0.1, 2),
        "ids", array("ids.npy", Formats.I64, new int[] {1}, 2)));
    assertEquals(List.of(), inputs.texts());
    assertEquals("tensor<[1,2] x f16>", inputs.tensors().get(0).type().toString());
    assertArrayEquals(new double[] {Formats.F16.round(0.1), 2}, inputs.tensors().get(0).elements());
    assertEquals("tensor<[1] x i32>", inputs.tensors().get(1).type().toString());
  }

  @Test
  void whatIsMissingIsListed() {
    InputException missing = assertThrows(InputException.class, () -> read(Map.of()));
    assertTrue(missing.getMessage().contains(
        "@main needs inputs for x: tensor<[B,2] x f16>, ids: tensor<[B] x i32>"), missing.getMessage());
    InputException one = assertThrows(InputException.class, () -> read(
        Map.of("ids", array("ids.npy", Formats.I32, new int[] {1}, 2))));
    assertEquals(Optional.of("give --input x=FILE.npy, or let inputs be made up with --made-up"),
        one.diagnostics().getFirst().hint());
  }

  @Test
  void anUnknownNameMayBeAMisspeltOne() {
    InputException unknown = assertThrows(InputException.class, () -> read(
        Map.of("idx", array("ids.npy", Formats.I32, new int[] {1}, 2))));
    assertTrue(unknown.getMessage().contains("@main has no parameter 'idx'"), unknown.getMessage());
    assertTrue(unknown.diagnostics().getFirst().hint().orElse("").contains("ids"));
  }

  @Test
  void ranksMustAgree() {
    InputException wrong = assertThrows(InputException.class, () -> read(Map.of(
        "x", array("x.npy", Formats.F32, new int[] {2}, 1, 2),
        "ids", array("ids.npy", Formats.I32, new int[] {1}, 2))));
    assertTrue(
        wrong.getMessage().contains("it has the shape [2], but 'x' is a tensor<[B,2] x f16>"), wrong.getMessage());
  }

  /** Integers may be stored as other numbers, but only integers, and only those that the format has. */
  @Test
  void integersAreNotMadeOfOtherNumbers() {
    Path x = array("x.npy", Formats.F16, new int[] {1, 2}, 1, 2);
    Tensor ids = read(Map.of("x", x, "ids", array("ids.npy", Formats.F32, new int[] {1}, 2))).tensors().get(1);
    assertEquals("tensor<[1] x i32>", ids.type().toString());
    assertEquals(2, ids.elements()[0]);
    for (Path wrong : List.of(
        array("half.npy", Formats.F32, new int[] {2}, 1, 0.5),
        array("far.npy", Formats.I64, new int[] {2}, 1, 1L << 40),
        array("nan.npy", Formats.F32, new int[] {2}, 1, Double.NaN))) {
      InputException refused =
          assertThrows(InputException.class, () -> read(Map.of("x", x, "ids", wrong)), wrong::toString);
      assertTrue(refused.getMessage().contains("its element 1 is "), refused.getMessage());
    }
  }

  @Test
  void madeUpInputsFitTheDeclarationsAndAreTheSameForTheSameSeed() {
    ModelInputs inputs = ModelInputs.madeUp(MODULE, MAIN, Map.of(), 7);
    assertEquals("tensor<[4,2] x f16>", inputs.tensors().get(0).type().toString());
    for (double index : inputs.tensors().get(1).elements()) {
      assertTrue(index >= 0 && index < 3 && index == Math.rint(index));
    }
    ModelInputs again = ModelInputs.madeUp(MODULE, MAIN, Map.of(), 7);
    assertTrue(inputs.tensors().get(0).sameAs(again.tensors().get(0)));
    assertEquals("tensor<[8,2] x f16>",
        ModelInputs.madeUp(MODULE, MAIN, ImmutableMap.of("B", 8L), 7).tensors().get(0).type().toString());
  }

  @Test
  void textsNeedATokenizer() {
    ModelArgument argument = ModelArgument.resolve(model, ModelOptions.NONE);
    InputException none =
        assertThrows(InputException.class, () -> ModelInputs.tokens(argument, List.of("a text"), MAIN));
    assertTrue(none.getMessage().contains("the model has none"), none.getMessage());
  }

  @Test
  void labelsAreClassesOfTheModel() throws IOException {
    array("x.npy", Formats.F32, new int[] {4, 2}, new double[8]);
    array("ids.npy", Formats.I32, new int[] {4}, 0, 0, 0, 0);
    Path labels = Files.writeString(folder.resolve("labels.txt"), "cat\ndog\n");
    Files.writeString(folder.resolve(ModelArgument.MANIFEST), """
        {
          "model": "m.ir",
          "classes": ["cat", "dog"],
          "inputs": { "arrays": { "x": "x.npy", "ids": "ids.npy" }, "labels": "labels.txt" }
        }
        """);
    ModelArgument argument = ModelArgument.resolve(folder, ModelOptions.NONE);
    assertEquals(List.of("cat", "dog"), argument.classes());
    assertEquals(List.of("cat", "dog"), ModelInputs.read(argument, MAIN).labels());

    Files.writeString(labels, "cat\ndogg\n");
    InputException refused = assertThrows(InputException.class, () -> ModelInputs.read(argument, MAIN));
    assertTrue(refused.getMessage().contains("'dogg' is no class of the model"), refused.getMessage());

    ModelArgument others = ModelArgument.resolve(
        folder, new ModelOptions(Optional.empty(), Optional.empty(), argument.inputs().arrays()));
    assertEquals(List.of(), ModelInputs.read(others, MAIN).labels(), "they are those of the manifest's inputs");
  }
}
