package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import nibble.codegen.kernel.KernelCase;
import nibble.dsl.CompileOptions;
import nibble.dsl.Nib;
import nibble.dsl.SourceFile;
import nibble.ir.Module;
import nibble.ir.text.Printer;
import nibble.passes.PassEnvironment;
import nibble.passes.PassManager;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model with experts, from its source to the PTX machine. */
class ExpertsModelTest {
  private static final Path MODEL = Path.of("../../dsl/src/test/resources/nibble/dsl/good/experts.nib");

  @Test
  void inBfloat16() throws IOException {
    List<String> kernels = prove("cast{to=bf16}");
    List<String> layer = List.of(
        "matmul_relu", "members", "grouped_matmul_relu_mul_cast", "grouped_matmul_mul_select", "reduce_sum_add_cast");
    assertEquals(layer, kernels.subList(0, 5));
    assertEquals(2, kernels.stream().filter("members"::equals).count());
  }

  /** Codes of both operands, and of weights alone. */
  @ParameterizedTest
  @ValueSource(strings = {
      "quantize{at=layer[*], weight=i8:channel, act=i8:token},fold-dequantize,cast{to=bf16}",
      "quantize{at=layer[*], weight=i8:channel},cast{to=bf16}"})
  void inCodes(String pipeline) throws IOException {
    prove(pipeline);
  }

  private static List<String> prove(String pipeline) throws IOException {
    Module model = Nib.compile(SourceFile.read(MODEL), CompileOptions.standard()).module().orElseThrow();
    PassRegistry registry = Plugins.none().passes();
    Module prepared = PassManager.of(registry, PassEnvironment.of(registry.ir()))
        .run(model, registry.parse(pipeline)).output();
    return KernelProof.prove(
        new KernelCase("experts", Printer.print(prepared, registry.ir()), ImmutableMap.of("T", 70L)));
  }
}
