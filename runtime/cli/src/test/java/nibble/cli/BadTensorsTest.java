package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.engine.file.NumpyFiles;
import nibble.engine.file.SafetensorsFile;
import nibble.engine.tensor.HostTensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights and inputs that are cut off, lie, are missing or do not fit. */
class BadTensorsTest {
  private static final Map<String, long[]> SHAPES = Map.of(
      "up.weight", new long[] {16, 32}, "up.bias", new long[] {32}, "down.weight", new long[] {32, 16},
      "down.bias", new long[] {16});

  @TempDir private Path folder;
  private Path model;
  private Path x;

  @BeforeEach
  void writeModel() {
    model = SmallModel.nib(folder);
    x = folder.resolve("x.npy");
    NumpyFiles.writeNpy(x, SmallModel.tensor(3, 16));
  }

  private CommandRun run(Path weights, String... more) {
    Object[] args = new Object[8 + more.length];
    Object[] first = {"run", model, "--weights", weights, "--input", "x=" + x, "--device", "interpreter"};
    System.arraycopy(first, 0, args, 0, 8);
    System.arraycopy(more, 0, args, 8, more.length);
    return CommandRun.of(args);
  }

  private static Map<String, HostTensor> tensors() {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    SHAPES.forEach((name, shape) -> tensors.put(name, SmallModel.tensor(shape)));
    return tensors;
  }

  private Path file(String kind, Map<String, HostTensor> tensors) throws IOException {
    Path file = folder.resolve("w." + kind);
    switch (kind) {
      case "safetensors" -> SafetensorsFile.write(file, tensors, Map.of());
      case "npz" -> NumpyFiles.writeNpz(file, tensors);
      case "onnx" -> Files.write(file, onnx(tensors));
      default -> throw new IllegalArgumentException(kind);
    }
    return file;
  }

  /** The fields of {@code onnx.proto} that hold initializers: model.graph.initializer of dims, type, name, raw data. */
  private static byte[] onnx(Map<String, HostTensor> tensors) throws IOException {
    ByteArrayOutputStream graph = new ByteArrayOutputStream();
    CodedOutputStream graphOut = CodedOutputStream.newInstance(graph);
    for (Map.Entry<String, HostTensor> entry : tensors.entrySet()) {
      ByteArrayOutputStream tensor = new ByteArrayOutputStream();
      CodedOutputStream out = CodedOutputStream.newInstance(tensor);
      for (int extent : entry.getValue().type().shape().extents()) {
        out.writeInt64(1, extent);
      }
      out.writeInt32(2, 1);
      out.writeString(8, entry.getKey());
      out.writeByteArray(9, entry.getValue().data().toArray(ValueLayout.JAVA_BYTE));
      out.flush();
      graphOut.writeByteArray(5, tensor.toByteArray());
    }
    graphOut.flush();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeInt64(1, 8);
    out.writeByteArray(7, graph.toByteArray());
    out.flush();
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"safetensors", "npz", "onnx"})
  void soundFilesAreReadAndTruncatedOnesRefused(String kind) throws IOException {
    Path sound = file(kind, tensors());
    String expected = run(sound, "--json").ok().json().get("outputs").toString();
    byte[] bytes = Files.readAllBytes(sound);
    Path cut = folder.resolve("cut." + kind);
    for (int length : new int[] {0, 1, 7, 8, 20, bytes.length / 4, bytes.length / 2, bytes.length - 1}) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      run(cut).failed(ExitCode.COMPILE_ERROR, cut + ": ");
    }
    Files.write(cut, bytes);
    assertEquals(expected, run(cut, "--json").ok().json().get("outputs").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"safetensors", "npz", "onnx"})
  void weightsThatAreMissingOrOfAnotherShape(String kind) throws IOException {
    Map<String, HostTensor> tensors = tensors();
    tensors.put("upp.weight", tensors.remove("up.weight"));
    run(file(kind, tensors))
        .failed(ExitCode.COMPILE_ERROR, "the weight file has no 'up.weight'", "small.nib:11:",
            "did you mean 'upp.weight'?");
    tensors = tensors();
    tensors.put("up.weight", SmallModel.tensor(32, 16));
    run(file(kind, tensors)).failed(
        ExitCode.COMPILE_ERROR, "the weight 'up.weight' has shape [32,16] in the file, not [16,32]", "small.nib:11:");
    tensors.put("up.weight", SmallModel.tensor(512));
    run(file(kind, tensors)).failed(ExitCode.COMPILE_ERROR, "the weight 'up.weight'", "[512]");
  }

  @Test
  void safetensorsThatLie() throws IOException {
    lying("{\"up.weight\":{\"dtype\":\"F32\",\"shape\":[16,32],\"data_offsets\":[0,4096]}}", "up.weight");
    lying("{\"up.weight\":{\"dtype\":\"F32\",\"shape\":[16,32],\"data_offsets\":[-8,2040]}}", "up.weight");
    lying("{\"up.weight\":{\"dtype\":\"F32\",\"shape\":[16,-32],\"data_offsets\":[0,2048]}}", "up.weight");
    lying("{\"up.weight\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,2048]}}",
        "up.weight");
    lying("{\"up.weight\":{\"dtype\":\"F33\",\"shape\":[16,32],\"data_offsets\":[0,2048]}}", "up.weight");
    lying("{\"up.weight\":7}", "w.safetensors");
    lying("{\"up.weight\":", "w.safetensors");
    lying("[]", "w.safetensors");
  }

  private void lying(String header, String text) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = new byte[8 + json.length + 2048];
    bytes[0] = (byte) json.length;
    System.arraycopy(json, 0, bytes, 8, json.length);
    Path file = Files.write(folder.resolve("w.safetensors"), bytes);
    run(file).failed(ExitCode.COMPILE_ERROR, text, "w.safetensors: ");
    // A header that claims to be longer than any file.
    bytes[7] = 0x7f;
    Files.write(file, bytes);
    run(file).failed(ExitCode.COMPILE_ERROR, file + ": ");
  }

  @Test
  void filesThatAreNoWeightFiles() {
    for (String name : new String[] {"w.safetensors", "w.npz", "w.npy", "w.onnx", "w.pt", "w"}) {
      Path file = SmallModel.write(folder.resolve(name), "these are no weights");
      run(file).failed(ExitCode.COMPILE_ERROR, file + ": ");
    }
    run(folder).failed(ExitCode.COMPILE_ERROR, folder + ": is a folder, not a file");
    for (String verb : new String[] {"run", "opt", "explain"}) {
      CommandRun.of(verb, model, "--weights", folder.resolve("none.npz"))
          .failed(ExitCode.COMPILE_ERROR, "the weight file " + folder.resolve("none.npz") + " is missing", "--weights");
    }
  }

  @Test
  void modelThatNeedsWeightsSaysSo() {
    CommandRun.of("run", model, "--input", "x=" + x)
        .failed(ExitCode.COMPILE_ERROR, "up.weight", "name one with --weights");
  }

  @Test
  void inputsThatAreMissingOrMisnamed() {
    CommandRun.of("run", model, "--weights", SmallModel.weights(folder))
        .failed(ExitCode.COMPILE_ERROR, "@main needs an input for x: tensor<[B,16] x f32>", "--input x=FILE.npy",
            "--made-up");
    input("y=" + x, ExitCode.COMPILE_ERROR, "@main has no parameter 'y'", "did you mean 'x'?");
    input("x=" + folder.resolve("none.npy"), ExitCode.COMPILE_ERROR, "none.npy: there is no such file");
    input("x=" + folder, ExitCode.COMPILE_ERROR, folder + ": is a folder, not a file");
    input("x=", ExitCode.COMPILE_ERROR, "the name of the file is empty");
    input("x", ExitCode.USAGE, "--input takes NAME=FILE, not 'x'");
    input("x=" + SmallModel.write(folder.resolve("a.txt"), "a\n"), ExitCode.COMPILE_ERROR, "need a tokenizer");
  }

  private void input(String spec, ExitCode code, String... texts) {
    CommandRun.of("run", model, "--weights", SmallModel.weights(folder), "--input", spec).failed(code, texts);
  }

  @Test
  void inputsThatDoNotFit() throws IOException {
    Path other = folder.resolve("other.npy");
    NumpyFiles.writeNpy(other, SmallModel.tensor(3, 17));
    input("x=" + other, ExitCode.COMPILE_ERROR, "tensor<[B,16] x f32>, not tensor<[3,17] x f32>");
    NumpyFiles.writeNpy(other, SmallModel.tensor(48));
    input("x=" + other, ExitCode.COMPILE_ERROR, other + ": it has the shape [48], but 'x' is a tensor<[B,16] x f32>");
    NumpyFiles.writeNpy(other, SmallModel.tensor(0, 16));
    input("x=" + other, ExitCode.COMPILE_ERROR, "the size B is 0 in these inputs");
    byte[] sound = Files.readAllBytes(x);
    Files.write(other, Arrays.copyOf(sound, sound.length - 1));
    input("x=" + other, ExitCode.COMPILE_ERROR, other + ": ", "cut off");
    Files.write(other, Arrays.copyOf(sound, 20));
    input("x=" + other, ExitCode.COMPILE_ERROR, other + ": ");
    Files.write(other, new String(sound, StandardCharsets.ISO_8859_1).replace("(3, 16), }", "(-3, 16),}")
        .getBytes(StandardCharsets.ISO_8859_1));
    input("x=" + other, ExitCode.COMPILE_ERROR, other + ": ");
  }

  @Test
  void outputsThatCantBeSavedAreRefusedBeforeTheRun() throws IOException {
    Path weights = SmallModel.weights(folder);
    run(weights, "--save", "ou=" + folder.resolve("o.npy"))
        .failed(ExitCode.COMPILE_ERROR, "there is no output 'ou'", "did you mean 'out'?");
    run(weights, "--save", "out=" + folder.resolve("none/o.npy"))
        .failed(ExitCode.COMPILE_ERROR, "its folder does not exist", "mkdir -p " + folder.resolve("none"));
    run(weights, "--save", "out=" + folder)
        .failed(ExitCode.COMPILE_ERROR, folder + ": can't be written: it is a folder");
    run(weights, "--save", "out=" + x.resolve("o.npy")).failed(ExitCode.COMPILE_ERROR, x + " is no folder");
    run(weights, "--report", folder.resolve("none/r.html").toString())
        .failed(ExitCode.COMPILE_ERROR, "r.html: can't be written: its folder does not exist");
    Path output = folder.resolve("o.npy");
    run(weights, "--save", "out=" + output, "--report", folder.toString())
        .failed(ExitCode.COMPILE_ERROR, "it is a folder");
    assertFalse(Files.exists(output));
    assertEquals(List.of("small.nib", "small.safetensors", "x.npy"), CompileCommandTest.names(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"emu", "cuda:x", "cuda:-1", "gpu", ""})
  void devicesThatThereAreNot(String device) {
    CommandRun.of("run", model, "--made-up", "--device", device)
        .failed(ExitCode.USAGE, "there is no device '" + device + "'");
  }

  @Test
  void misspeltDeviceIsGuessed() {
    CommandRun.of("run", model, "--made-up", "--device", "emulater")
        .failed(ExitCode.USAGE, "there is no device 'emulater'", "did you mean 'emulator'?");
  }

  @Test
  void gpuThatIsNotThereIsADeviceError() {
    CommandRun.of("run", model, "--made-up", "--device", "cuda:999").failed(ExitCode.DEVICE_ERROR, "CUDA");
  }

  @Test
  void unknownTargetIsAUsageError() {
    CommandRun.of("run", model, "--made-up", "--target", "sm_81")
        .failed(ExitCode.USAGE, "unknown target 'sm_81'", "did you mean 'sm_80'", "nibble targets");
  }
}
