package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.KernelProgram.Parameter;
import nibble.codegen.target.Targets;
import nibble.codegen.work.CountWork;
import nibble.codegen.work.TileWork;
import nibble.emulator.profile.TensorKind;
import nibble.engine.file.NumpyFiles;
import nibble.engine.tensor.HostTensor;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is counted of tile programs, against what the PTX machine counts when it runs the kernels. */
class CountedWorkTest {
  /** Instructions are estimated, op by op; the others follow from the program. */
  private static final double INSTRUCTIONS = 2;

  @TempDir private Path folder;

  /** A kernel of a target; its name is for people. */
  record Case(String name, String target, String parameters, String body) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> kernels() {
    String product = """
        %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[128,128] x f32>
        %1 = cast %0 {to = f16} : tensor<[128,128] x f16>
        return %1
        """;
    String decompressed = "%w = decompress %s : tensor<[128,512] x f16>\n" + product;
    return Stream.of(
        new Case("dense", "sm_80", "%x: tensor<[128,512] x f16>, %w: tensor<[128,512] x f16>", product),
        new Case("2:4", "sm_80", "%x: tensor<[128,512] x f16>, %s: tensor<[128,512] x f16, sparse<2:4>>", decompressed),
        new Case(
            "64:2:8", "sm_80", "%x: tensor<[128,512] x f16>, %s: tensor<[128,512] x f16, sparse<64:2:8>>",
            decompressed),
        new Case("norm", "sm_80", "%x: tensor<[100,384] x f32>", """
            %0 = softmax %x : tensor<[100,384] x f32>
            return %0
            """));
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void agrees(Case kernel) {
    Module module = Parser.parse(
        "module @m {\nfunc @f(" + kernel.parameters + ") {\n" + kernel.body + "\n}\n}\n", "test", Registry.core());
    Program program = new Backend().compile(
        module, module.functions().values().iterator().next(), Targets.get(kernel.target));
    assertEquals(1, program.launches().size());
    TileWork work = CountWork.of(program.kernels().getFirst().lowered(), Map.of());
    JsonNode counted = profile(program);
    JsonNode counters = counted.get("counters");

    double multiplyAdds = 0;
    for (Map.Entry<String, JsonNode> operation : counted.get("tensorOperations").properties()) {
      multiplyAdds += operation.getValue().doubleValue() * TensorKind.multiplyAdds(operation.getKey());
    }
    assertEquals(multiplyAdds, work.allMultiplyAdds());
    double global = counters.get("globalBytesRead").doubleValue() + counters.get("globalBytesWritten").doubleValue();
    assertEquals(global, work.blocks() * work.globalBytes(), 0.02 * global);
    double ratio = work.blocks() * work.instructions() / counters.get("warpInstructions").doubleValue();
    assertTrue(ratio > 1 / INSTRUCTIONS && ratio < INSTRUCTIONS,
        "instructions: " + ratio + ", " + work + ", " + counters);
    // Shuffles pass by shared memory's way, and are no accesses of it: a softmax has them alone.
    double shared = 128 * counters.path("sharedWavefronts").doubleValue() + throughRegisters(counters);
    assertEquals(shared, work.blocks() * work.sharedBytes(), (counters.has("sharedWavefronts") ? 0.25 : 0.5) * shared,
        () -> work + ", " + counters);
  }

  /** Bytes of global memory that go through registers, by the first-level cache. */
  private static double throughRegisters(JsonNode counters) {
    return counters.get("globalBytesRead").doubleValue() + counters.get("globalBytesWritten").doubleValue()
        - counters.path("asyncBytes").doubleValue();
  }

  private JsonNode profile(Program program) {
    Program.CompiledKernel kernel = program.kernels().getFirst();
    List<Object> words = new ArrayList<>(List.of(
        "ptx", "profile", SmallModel.write(folder.resolve("kernel.ptx"), program.module().text()),
        "--grid", String.join(",", kernel.grid().stream().map(extent -> Long.toString(extent.constant())).toList()),
        "--block", kernel.code().threads(), "--shared", kernel.code().sharedBytes(), "--json"));
    Operation operation = program.launches().getFirst().operation();
    for (Parameter parameter : kernel.parameters()) {
      TensorType type = (parameter.isResult() ? operation.results() : operation.operands()).get(parameter.index())
          .tensorType();
      TensorPart part = type.parts().stream().filter(one -> one.name().equals(parameter.part())).findFirst()
          .orElseThrow();
      words.add("--arg");
      words.add(argument("b" + words.size(), part));
    }
    return CommandRun.of(words.toArray()).ok().json();
  }

  /** Zeros; of metadata, words that keep the first two of each four. */
  private String argument(String name, TensorPart part) {
    int elements = Math.toIntExact(part.type().shape().size().constant());
    if (part.type().format().equals(Formats.I32)) {
      double[] words = new double[elements];
      Arrays.fill(words, 0x44444444);
      Path file = folder.resolve(name + ".npy");
      NumpyFiles.writeNpy(file, HostTensor.encode(Tensor.of(TensorType.of(Shape.of(elements), Formats.I32), words)));
      return name + ":s32[" + elements + "]=@" + file;
    }
    String type = switch (part.type().format().storageBits()) {
      case 32 -> "f32";
      case 16 -> "f16";
      default -> "u8";
    };
    return name + ":" + type + "[" + elements + "]=zeros";
  }
}
