package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.product.ProductKernel;
import nibble.codegen.target.Targets;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.TensorType;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.op.Prune;
import nibble.ir.op.Quantize;
import nibble.ir.shape.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with compressed weights on the PTX machine: proven, by sparse instructions where a target has them. */
class SparseProductRunTest {
  /** A tensor of that type; of a sparse one, pruned. */
  private static Tensor tensor(TensorType type, long seed) {
    Random random = new Random(seed);
    TensorType real = TensorType.of(type.shape(), Formats.F32);
    Tensor values = Tensor.generate(real, i -> 0);
    for (int i = 0; i < values.size(); i++) {
      double value = random.nextGaussian();
      values.elements()[i] = type.isScaled() ? (float) value : type.format().round(value);
    }
    Tensor pruned = type.sparse().isEmpty()
        ? values : new Prune(type.rank() - 1, type.sparse().get()).eval(List.of(values), real);
    Tensor coded = type.isScaled()
        ? Quantize.nearest(type.dense()).eval(List.of(pruned), type.dense())
        : Tensor.of(type.dense(), pruned.elements());
    return new Tensor(type, coded.elements(), coded.scaleTensor(), coded.zeros(), coded.residual());
  }

  /** Instructions of warps or of warpgroups. */
  private static final Pattern SPARSE = Pattern.compile("mma\\.sp::ordered_metadata|wgmma\\.mma_async\\.sp");

  private static void run(
      String target, String left, String right, int rows, int columns, int depth, boolean isSparse) {
    String dense = right.replaceAll(", sparse<.*>$", "");
    Module module = ProvenRun.parse("""
        module @m {
          func @f(%%x: tensor<[%1$d,%3$d] x %4$s>, %%w: tensor<[%2$d,%3$d] x %5$s>) {
            %%0 = decompress %%w : tensor<[%2$d,%3$d] x %6$s>
            %%1 = matmul %%x, %%0 {transposeB = true, to = f32} : tensor<[%1$d,%2$d] x f32>
            return %%1
          }
        }
        """.formatted(rows, columns, depth, left, right, dense));
    Program program = new Backend().compile(
        module, module.functions().get("f"), Targets.get(target));
    assertEquals(1, program.kernels().size());
    assertEquals(isSparse, SPARSE.matcher(program.module().text()).find());
    assertEquals(
        isSparse || right.contains("sparse<block("),
        new ProductKernel(program.target())
            .whyDecompressed(program.launches().getFirst().operation(), program.symbols()).isEmpty());
    List<Tensor> inputs = program.main().parameters().stream()
        .map(parameter -> tensor(parameter.tensorType(), parameter.name().hashCode())).toList();
    ProvenRun run = ProvenRun.of(program, inputs, WeightSource.NONE);
    assertTrue(run.isProven(), () -> run.wrong().toString());
    assertEquals(Shape.of(rows, columns), run.outputs().getFirst().type().shape());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "f32 | f32, sparse<1:2>",
      "f32 | f32, sparse<2:4>",
      "bf16 | bf16, sparse<4:8>",
      "f16 | f16, sparse<8:2:16>",
      "i8, scale<token, f32> | i8, scale<axis 0, f32>, sparse<4:8>",
      "i4, scale<token, f32> | i4, scale<axis 0, f32>, sparse<2:4>",
      "e2m1, scale<group 32, ue8m0, up> | e2m1, scale<group 32, ue8m0, up>, sparse<8:2:8>",
      "e4m3, scale<token, f32> | e4m3, scale<axis 0, f32>, sparse<2:4>",
      "bf16 | bf16, sparse<mask 1:3>"})
  void whatNoInstructionTakesIsDecompressed(String left, String right) {
    run("sm_80", left, right, 20, 40, 96, false);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "sm_80 | bf16 | bf16, sparse<2:4> | 20 | 40 | 96",
      "sm_80 | bf16 | bf16, sparse<2:4> | 130 | 136 | 128",
      "sm_80 | f16 | f16, sparse<2:4> | 70 | 72 | 160",
      "sm_80 | f16 | f16, sparse<2:4> | 5 | 7 | 12",
      "sm_80 | i8, scale<token, f32> | i8, scale<axis 0, f32>, sparse<2:4> | 70 | 72 | 160",
      "sm_90a | i8, scale<block(1,128), f32> | i8, scale<block(128,128), f32>, sparse<2:4> | 130 | 136 | 256",
      "sm_80 | tf32 | tf32, sparse<1:2> | 70 | 72 | 160",
      "sm_120a | tf32 | tf32, sparse<1:2> | 5 | 7 | 12",
      "sm_90a | tf32 | tf32, sparse<1:2> | 130 | 136 | 72",
      "sm_90a | bf16 | bf16, sparse<2:4> | 130 | 136 | 160",
      "sm_90a | f16 | f16, sparse<64:2:8> | 70 | 192 | 320",
      "sm_90a | e4m3, scale<token, f32> | e5m2, scale<axis 0, f32>, sparse<2:4> | 20 | 40 | 64",
      "sm_90a | e4m3, scale<group 128, f32> | e4m3, scale<block(128,128), f32>, sparse<2:4> | 70 | 136 | 256",
      "sm_89 | e4m3, scale<token, f32> | e5m2, scale<axis 0, f32>, sparse<2:4> | 70 | 72 | 160",
      "sm_120a | e4m3, scale<group 128, f32> | e4m3, scale<block(128,128), f32>, sparse<2:4> | 70 | 136 | 256",
      "sm_86 | i4, scale<token, f32> | u4, scale<axis 0, f32>, sparse<4:8> | 70 | 72 | 256",
      "sm_120a | e2m1, scale<group 64, ue8m0, up> | e2m1, scale<group 64, ue8m0, up>, sparse<4:8> | 70 | 136 | 512",
      "sm_120a | e2m1, scale<group 32, ue4m3, scale<tensor, f32>>"
          + " | e2m1, scale<group 32, ue4m3, scale<tensor, f32>>, sparse<4:8> | 20 | 40 | 256",
      "sm_80 | bf16 | bf16, sparse<64:2:8> | 70 | 192 | 160",
      "sm_80 | bf16 | bf16, sparse<128:2:16> | 130 | 128 | 256",
      "sm_80 | f16 | f16, sparse<32:2:5> | 20 | 96 | 80",
      "sm_80 | i8, scale<token, f32> | i8, scale<axis 0, f32>, sparse<64:2:8> | 70 | 64 | 160",
      "sm_89 | e4m3, scale<token, f32> | e4m3, scale<axis 0, f32>, sparse<16:2:8> | 70 | 80 | 160"})
  void sparseInstructions(String target, String left, String right, int rows, int columns, int depth) {
    run(target, left, right, rows, columns, depth, true);
  }

  /** The main loop visits kept blocks alone. */
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "sm_80 | bf16 | bf16, sparse<block(128,64) 1:2> | 130 | 256 | 256",
      "sm_90a | bf16 | bf16, sparse<block(128,64) 1:2> | 130 | 256 | 256",
      "sm_90a | tf32 | tf32, sparse<block(64,16) 1:2> | 70 | 192 | 128",
      "sm_90a | e4m3, scale<token, f32> | e4m3, scale<axis 0, f32>, sparse<block(128,128) 1:2> | 70 | 256 | 512",
      "sm_90a | i4, scale<token, f32> | i4, scale<axis 0, f32>, sparse<block(64,64) 1:2> | 70 | 128 | 256",
      "sm_80 | f32 | f32, sparse<block(64,32) 1:3> | 20 | 128 | 96",
      "sm_90a | e4m3, scale<token, f32> | e4m3, scale<axis 0, f32>, sparse<block(64,32) 1:4> | 70 | 64 | 128",
      "sm_120a | e4m3, scale<group 32, ue8m0, up> | e4m3, scale<group 32, ue8m0, up>, sparse<block(32,64) 1:2>"
          + " | 130 | 160 | 512",
      "sm_120a | e2m1, scale<group 16, ue4m3, scale<tensor, f32>>"
          + " | e2m1, scale<group 16, ue4m3, scale<tensor, f32>>, sparse<block(16,64) 1:2> | 20 | 48 | 256",
      "sm_89 | i8, scale<block(1,128), f32> | i8, scale<block(128,128), f32>, sparse<block(64,128) 1:2>"
          + " | 70 | 128 | 512"})
  void keptBlocks(String target, String left, String right, int rows, int columns, int depth) {
    run(target, left, right, rows, columns, depth, false);
  }
}
