package nibble.codegen.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.partition.Partition;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.codegen.target.TensorRate;
import nibble.codegen.work.ModelledTime.Bound;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.op.Kernel;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;

class CountWorkTest {
  private static final Target A100 = Targets.get("sm_80");

  /** The only kernel of a function. */
  private static Operation kernel(String symbols, String parameters, String body) {
    Module module = Parser.parse(
        "module @m {\n" + symbols + "func @f(" + parameters + ") {\n" + body + "\n}\n}\n", "test", Registry.core());
    Function function = module.functions().values().iterator().next();
    return Partition.of(function, module.symbols()).main().body().operations().stream()
        .filter(operation -> operation.op() instanceof Kernel).findFirst().orElseThrow();
  }

  private static TileWork work(Operation kernel, Target target, Map<String, Long> sizes) {
    return CountWork.of(new Backend().tileProgram(kernel, ImmutableMap.of(), target), sizes);
  }

  private static Operation product(int m, int n, int k) {
    return kernel("", "%x: tensor<[" + m + "," + k + "] x f16>, %w: tensor<[" + n + "," + k + "] x f16>", """
        %%0 = matmul %%x, %%w {transposeB = true, to = f32} : tensor<[%1$d,%2$d] x f32>
        %%1 = cast %%0 {to = f16} : tensor<[%1$d,%2$d] x f16>
        return %%1
        """.formatted(m, n));
  }

  private static Operation sparseProduct(int m, int n, int k) {
    return kernel(
        "", "%x: tensor<[" + m + "," + k + "] x f16>, %s: tensor<[" + n + "," + k + "] x f16, sparse<2:4>>", """
        %%w = decompress %%s : tensor<[%2$d,%3$d] x f16>
        %%0 = matmul %%x, %%w {transposeB = true, to = f32} : tensor<[%1$d,%2$d] x f32>
        %%1 = cast %%0 {to = f16} : tensor<[%1$d,%2$d] x f16>
        return %%1
        """.formatted(m, n, k));
  }

  /** Eight blocks of 128 x 128; each reads its rows of both operands once, and writes its tile. */
  @Test
  void aDenseProduct() {
    TileWork work = work(product(512, 256, 1024), A100, Map.of());
    assertEquals(8, work.blocks());
    assertEquals(4, work.warps());
    assertEquals(ImmutableMap.of(TensorRate.F16_F32, 128.0 * 128 * 1024), work.multiplyAdds());
    assertEquals(2 * 128 * 1024 * 2 + 128 * 128 * 2, work.globalBytes());
    // Written once, and each operand read by both of the warps along the other axis.
    assertEquals(3 * 2 * 128 * 1024 * 2 + 128 * 128 * 2, work.sharedBytes(), 1);
    // Three stages, so two iterations' copies are under way: 32 iterations of 32 elements, and the first ones.
    assertEquals(1 + 1024 / 32 / 2.0, work.waits());
    assertEquals(3 * 2 * 128 * 32 * 2, work.sharedMemory());
    assertEquals(128, work.accumulators());
    assertFalse(work.sparse());
  }

  /** Twice the bytes of f16, at the rate of tf32; of 1:2 half of the multiply-adds and 9/16 of the weight. */
  @Test
  void productsOfTf32() {
    String text = "%x: tensor<[512,1024] x tf32>, %w: tensor<[256,1024] x tf32>";
    Operation dense = kernel("", text, """
        %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[512,256] x f32>
        return %0
        """);
    TileWork work = work(dense, A100, Map.of());
    assertEquals(ImmutableMap.of(TensorRate.TF32, 128.0 * 128 * 1024), work.multiplyAdds());
    assertEquals(2 * 128 * 1024 * 4 + 128 * 128 * 4, work.globalBytes());
    Operation sparse =
        kernel("", text.replace("%w", "%s").replace("[256,1024] x tf32", "[256,1024] x tf32, sparse<1:2>"), """
        %w = decompress %s : tensor<[256,1024] x tf32>
        %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[512,256] x f32>
        return %0
        """);
    TileWork half = work(sparse, A100, Map.of());
    assertTrue(half.sparse());
    assertEquals(128.0 * 128 * 1024 / 2, half.multiplyAdds().get(TensorRate.TF32));
    assertEquals(128 * 1024 * 4 * (1 + 9.0 / 16) + 128 * 128 * 4, half.globalBytes());
  }

  /** Half of the multiply-adds, and half of the weight's bytes with a quarter of a byte of metadata for each pair. */
  @Test
  void aSparseProduct() {
    TileWork work = work(sparseProduct(512, 256, 1024), A100, Map.of());
    assertTrue(work.sparse());
    assertEquals(8, work.blocks());
    assertEquals(128.0 * 128 * 1024 / 2, work.multiplyAdds().get(TensorRate.F16_F32));
    double metadata = 128 * 1024 / 4 * 4 / 8;
    assertEquals(128 * 1024 * 2 + 128 * 512 * 2 + metadata + 128 * 128 * 2, work.globalBytes());
  }

  /** Rows that are not there are not read, but multiplied. */
  @Test
  void oneRowOfATile() {
    TileWork whole = work(product(64, 256, 1024), A100, Map.of());
    TileWork one = work(product(1, 256, 1024), A100, Map.of());
    assertEquals(whole.multiplyAdds(), one.multiplyAdds());
    assertEquals(63 * (1024 * 2 + 64 * 2), whole.globalBytes() - one.globalBytes(), 1e-6);
  }

  /** Iterations between the ends of a long loop are as many as there are. */
  @Test
  void loopsGoRoundAsOftenAsTheyDo() {
    TileWork once = work(product(128, 128, 1024), A100, Map.of());
    TileWork twice = work(product(128, 128, 2048), A100, Map.of());
    assertEquals(2 * once.allMultiplyAdds(), twice.allMultiplyAdds());
    double tile = 128 * 128 * 2;
    assertEquals(2 * (once.globalBytes() - tile), twice.globalBytes() - tile);
    assertEquals(2 * (once.waits() - 1), twice.waits() - 1);
    assertTrue(twice.instructions() > 1.8 * once.instructions() && twice.instructions() < 2 * once.instructions());
  }

  /** What is computed of an element is counted by elements; symbols have the sizes that are asked for. */
  @Test
  void sweeps() {
    Operation kernel = kernel("symbol N\n", "%x: tensor<[N] x f32>", """
        %0 = add %x, %x : tensor<[N] x f32>
        return %0
        """);
    TileWork work = work(kernel, A100, Map.of("N", 1L << 20));
    assertEquals(2 * 4 * (1 << 20), work.blocks() * work.globalBytes());
    ModelledTime time = new WorkModel(A100).time(work, KernelBytes.of(kernel, Map.of("N", 1L << 20)));
    assertEquals(Bound.DRAM, time.bound());
    assertEquals(2 + 8 * (1 << 20) / 1555e9 * 1e6, time.microseconds(), 1e-9);
  }

  @Test
  void productsOfF32AreMultipliedOutsideOfTensorCores() {
    Operation kernel = kernel("", "%x: tensor<[256,256] x f32>, %w: tensor<[256,256] x f32>", """
        %0 = matmul %x, %w {transposeB = false, to = f32} : tensor<[256,256] x f32>
        return %0
        """);
    TileWork work = work(kernel, A100, Map.of());
    assertEquals(256.0 * 256 * 256, work.allMultiplyAdds());
    assertEquals(ImmutableMap.of(TensorRate.FMA_F32, work.allMultiplyAdds() / work.blocks()), work.multiplyAdds());
  }

  /** Tensor copies bring what cp.async brings elsewhere; warpgroups multiply as much. */
  @Test
  void warpgroups() {
    TileWork work = work(product(512, 256, 1024), Targets.get("sm_90a"), Map.of());
    assertTrue(work.warpgroups());
    assertEquals(512.0 * 256 * 1024, work.allMultiplyAdds());
    assertEquals(2 * 128 * 1024 * 2 + 128 * 128 * 2, work.globalBytes());
  }

  /** The same kernel with a dense weight. */
  @Test
  void denseTwin() {
    assertEquals(Optional.empty(), DenseTwin.of(product(512, 256, 1024)));
    Operation twin = DenseTwin.of(sparseProduct(512, 256, 1024)).orElseThrow();
    assertEquals(work(product(512, 256, 1024), A100, Map.of()), work(twin, A100, Map.of()));
  }
}
