package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nibble.codegen.Backend;
import nibble.codegen.KernelArithmetic;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.engine.testing.ProvenRun;
import nibble.engine.verify.ElementCheck;
import nibble.ir.TensorType;
import nibble.ir.bound.Approximate;
import nibble.ir.bound.RunningBounds;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.format.Formats;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import org.junit.jupiter.api.Test;

/**
 * Buffers of 4 GiB and more, of which a kernel reads the end: elements are counted by 31 bits, and addresses have 64.
 * The memory that nobody touches is a hole.
 */
class LargeOffsetsTest {
  private static final int QUERIES = 16;
  private static final int SIZE = 64;
  /** The last tiles of keys are all that a window of 64 reaches. */
  private static final int NEAR_KEYS = 128;
  /** Keys of 2^31 elements, but for those of one tile. */
  private static final long KEYS = (1L << 31) / SIZE - 64;

  private static final String ATTENTION = """
      module @m {
        func @f(%%q: tensor<[1,16,64] x f16>, %%k: tensor<[1,%1$d,64] x f16>, %%v: tensor<[1,%1$d,64] x f16>) {
          %%0 = attention %%q, %%k, %%v {scale = 0.125, causal = bottom_right, window = 64, to = f16} : tensor<[1,16,64] x f16>
          return %%0
        }
      }
      """;

  @Test
  void keysBehindTwoGibibytesAreFound() {
    Random random = new Random(3);
    Tensor queries = normal(QUERIES, random);
    Tensor keys = normal(NEAR_KEYS, random);
    Tensor values = normal(NEAR_KEYS, random);
    Program far = ProvenRun.compile(ProvenRun.parse(ATTENTION.formatted(KEYS)), new Backend());
    byte[] result = run(far, List.of(bytes(queries), bytes(keys), bytes(values)), 2 * QUERIES * SIZE);
    ByteBuffer halves = ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN);
    Tensor actual = Tensor.generate(queries.type(), i -> Float.float16ToFloat(halves.getShort(2 * i)));

    // What a query sees of all keys it sees of the last ones.
    Program near = ProvenRun.compile(ProvenRun.parse(ATTENTION.formatted(NEAR_KEYS)), new Backend());
    List<Approximate> expected = new RunningBounds(new KernelArithmetic(near.target())).run(
        near.launches().getFirst().operation().regions().getFirst(),
        List.of(Approximate.given(queries), Approximate.given(keys), Approximate.given(values)));
    ElementCheck check = ElementCheck.of(expected.getFirst(), actual);
    assertEquals(Optional.empty(), check.fault());
    assertTrue(check.maxError() > 0 && check.unbounded() == 0, check.toString());
  }

  @Test
  void elementsBehindFourGibibytesAreFound() {
    long count = (1L << 30) + 1000;
    Program program = ProvenRun.compile(ProvenRun.parse("""
        module @m {
          func @f(%%x: tensor<[%1$d] x f32>) {
            %%0 = slice %%x {axis = 0, from = %2$d, to = %1$d, step = 1} : tensor<[500] x f32>
            %%1 = neg %%0 : tensor<[500] x f32>
            return %%1
          }
        }
        """.formatted(count, count - 500)), new Backend());
    ByteBuffer last = ByteBuffer.allocate(4 * 500).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 500; i++) {
      last.putFloat(i + 1);
    }
    ByteBuffer result =
        ByteBuffer.wrap(run(program, List.of(last.array()), 4 * 500)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 500; i++) {
      assertEquals(-i - 1, result.getFloat(4 * i));
    }
  }

  /** Kernels that do not know sizes count elements in 32 bits. */
  @Test
  void moreElementsThanKernelsCountToAreRefused() {
    Program program = ProvenRun.compile(ProvenRun.parse("""
        module @m {
          symbol S
          func @f(%a: tensor<[S,1] x f16>, %b: tensor<[1,32768] x f16>) {
            %0 = add %a, %b : tensor<[S,32768] x f16>
            return %0
          }
        }
        """), new Backend());
    List<Tensor> inputs = program.main().parameters().stream()
        .map(parameter -> parameter.tensorType().substitute(symbol -> Dim.of(65536)))
        .map(type -> Tensor.generate(type, i -> 1)).toList();
    InputException refused =
        assertThrows(InputException.class, () -> ProvenRun.of(program, inputs, WeightSource.NONE));
    assertTrue(
        refused.getMessage().contains("has 2147483648 elements with these inputs, "
            + "and kernels that do not know sizes count to 2147483647"),
        refused.getMessage());
  }

  private static Tensor normal(int rows, Random random) {
    return Tensor.inOrder(
        TensorType.of(Shape.of(1, rows, SIZE), Formats.F16), i -> Formats.F16.round(random.nextGaussian()));
  }

  private static byte[] bytes(Tensor tensor) {
    ByteBuffer buffer = ByteBuffer.allocate(2 * tensor.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (double element : tensor.elements()) {
      buffer.putShort(Float.floatToFloat16((float) element));
    }
    return buffer.array();
  }

  /** Runs the one kernel of a program on inputs that end with these bytes and are holes before. */
  private static byte[] run(Program program, List<byte[]> ends, int resultBytes) {
    CompiledKernel kernel = program.kernels().getFirst();
    assertEquals(1, program.launches().size());
    int[] grid = kernel.grid().stream().mapToInt(extent -> Math.toIntExact(extent.constant())).toArray();
    try (Machine machine = Machine.builder().build()) {
      List<Argument> arguments = new ArrayList<>();
      for (int i = 0; i < ends.size(); i++) {
        TensorType type = program.main().parameters().get(i).tensorType();
        long bytes = type.shape().size().constant() * type.format().storageBits() / Byte.SIZE;
        Allocation input = machine.memory().allocate(bytes, "in" + i);
        input.write(MemorySegment.ofArray(ends.get(i)), bytes - ends.get(i).length);
        arguments.add(Argument.of(input));
      }
      Allocation output = machine.memory().allocate(resultBytes, "out");
      arguments.add(Argument.of(output));
      machine.launch(
          machine.load(program.module().text(), "far.ptx").kernel(kernel.name()),
          new LaunchConfig(
              new Extent(grid[0], grid[1], grid[2]), new Extent(kernel.code().threads(), 1, 1),
              kernel.code().sharedBytes()),
          arguments);
      return output.read();
    }
  }
}
