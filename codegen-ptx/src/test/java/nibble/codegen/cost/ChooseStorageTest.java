package nibble.codegen.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.target.Targets;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

class ChooseStorageTest {
  /** A product with a weight that is pruned, quantized and compressed. */
  private static Program compile(String format, String symbols, String rows, String target) {
    Module module = Parser.parse("""
        module @m {
          %4$s
          func @f(%%x: tensor<[%3$s,512] x %1$s, scale<token, f32>>) {
            %%0 = weight {key = "w"} : tensor<[256,512] x f32>
            %%1 = prune %%0 {axis = 1, layout = sparse<2:4>} : tensor<[256,512] x f32>
            %%2 = quantize %%1 {rounding = nearest_even} : tensor<[256,512] x %1$s, scale<axis 0, f32>>
            %%3 = compress %%2 {layout = sparse<2:4>} : tensor<[256,512] x %1$s, scale<axis 0, f32>, sparse<2:4>>
            %%4 = decompress %%3 : tensor<[256,512] x %1$s, scale<axis 0, f32>>
            %%5 = matmul %%x, %%4 {transposeB = true, to = f32} : tensor<[%3$s,256] x f32> loc("m.nib":3:5 in up)
            return %%5
          }
        }
        """.formatted(format, "", rows, symbols), "test", Registry.core());
    return new Backend().compile(module, module.functions().values().iterator().next(), Targets.get(target));
  }

  private static boolean isStoredSparse(Program program) {
    return program.load().body().results().stream().map(Value::tensorType).map(TensorType::sparse)
        .anyMatch(layout -> layout.isPresent());
  }

  /** sm_80 has no instruction for FP8: each block would decompress the weight anew. */
  @Test
  void whatNoSparseInstructionTakesIsDecompressedOnce() {
    Program program = compile("e4m3", "", "4096", "sm_80");
    assertFalse(isStoredSparse(program));
    StorageChoice choice = program.dense().getFirst();
    assertEquals("up", choice.location().path());
    assertFalse(choice.isNative());
    assertTrue(choice.compressed().microseconds() > choice.dense().microseconds());
    assertTrue(choice.text().matches(
        "e4m3 2:4 is stored dense: no sparse instruction takes it; "
            + "modelled [\\d.]+ us \\(.*\\) as it is, [\\d.]+ us \\(.*\\) dense"),
        choice.text());
  }

  @Test
  void whatSparseInstructionsTakeStays() {
    for (String target : new String[] {"sm_89", "sm_120a"}) {
      Program program = compile("e4m3", "", "4096", target);
      assertTrue(isStoredSparse(program));
      assertEquals(0, program.dense().size());
    }
    assertTrue(isStoredSparse(compile("i8", "symbol M", "M", "sm_80")));
  }

  @Test
  void symbolicSizesCountAsMany() {
    assertFalse(isStoredSparse(compile("e4m3", "symbol M multiple of 8", "M", "sm_80")));
  }
}
