package nibble.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.Machine;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.shape.Shape;

/**
 * A launch of some blocks of a kernel over tensors of more elements than 32 bits count. Memory that nobody touches is a
 * hole; what blocks read is written before, and what they write is read.
 *
 * @param program of one kernel
 * @param first the first block in each direction, which the launch counts from
 * @param count blocks in each direction
 */
record FarMemory(Program program, Extent first, Extent count) {
  /** Elements of f16 that lie in a tensor from some element on. */
  record Piece(int parameter, long from, Tensor elements) {}

  /** All blocks. */
  static FarMemory all(Program program) {
    int[] grid =
        program.kernels().getFirst().grid().stream().mapToInt(extent -> Math.toIntExact(extent.constant())).toArray();
    return new FarMemory(program, new Extent(0, 0, 0), new Extent(grid[0], grid[1], grid[2]));
  }

  /** What the kernel writes of its result, from some element on. */
  Tensor run(List<Piece> pieces, long from, Shape shape) {
    assertEquals(1, program.launches().size(), "one kernel");
    CompiledKernel kernel = program.kernels().getFirst();
    try (Machine machine = Machine.builder().build()) {
      List<Allocation> memory = new ArrayList<>();
      for (Value parameter : program.main().parameters()) {
        memory.add(machine.memory().allocate(bytes(parameter.tensorType()), parameter.name()));
      }
      for (Piece piece : pieces) {
        memory.get(piece.parameter).write(MemorySegment.ofArray(bytes(piece.elements)), 2 * piece.from);
      }
      Allocation output = machine.memory().allocate(bytes(program.main().results().getFirst().tensorType()), "out");
      memory.add(output);
      machine.launch(
          machine.load(moved(program.module().text()), "far.ptx").kernel(kernel.name()),
          new LaunchConfig(count, new Extent(kernel.code().threads(), 1, 1), kernel.code().sharedBytes()),
          memory.stream().map(Argument::of).toList());
      TensorType type = TensorType.of(shape, Formats.F16);
      MemorySegment written = MemorySegment.ofArray(new byte[2 * Math.toIntExact(shape.size().constant())]);
      output.read(written, 2 * from);
      ByteBuffer halves = written.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      return Tensor.generate(type, i -> Float.float16ToFloat(halves.getShort(2 * i)));
    }
  }

  private static long bytes(TensorType type) {
    return type.shape().size().constant() * type.format().storageBits() / Byte.SIZE;
  }

  static byte[] bytes(Tensor tensor) {
    ByteBuffer buffer = ByteBuffer.allocate(2 * tensor.size()).order(ByteOrder.LITTLE_ENDIAN);
    for (double element : tensor.elements()) {
      buffer.putShort(Float.floatToFloat16((float) element));
    }
    return buffer.array();
  }

  /** The text with numbers of blocks that count from the first. */
  private String moved(String text) {
    String moved = text;
    for (Map.Entry<String, Integer> axis : Map.of("x", first.x(), "y", first.y()).entrySet()) {
      if (axis.getValue() > 0) {
        Pattern read = Pattern.compile("mov\\.[bu]32\\s+(%\\w+), %ctaid\\." + axis.getKey() + ";");
        String more = read.matcher(moved).replaceAll("$0\n\tadd.s32 $1, $1, " + axis.getValue() + ";");
        assertTrue(!more.equals(moved), "blocks are counted along " + axis.getKey());
        moved = more;
      }
    }
    return moved;
  }
}
