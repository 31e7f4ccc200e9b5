package nibble.emulator.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.Machine;
import nibble.emulator.PtxProgram;

/** A program of several kernels whose launches work on the same memory: what the host does of it. */
final class DeviceProgram implements AutoCloseable {
  private final Machine machine;
  private final PtxProgram program;

  DeviceProgram(CudaPtx ptx) {
    machine = Machine.builder().build();
    program = machine.load(ptx.text(), ptx.name());
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  Allocation zeros(int bytes, String name) {
    return machine.memory().allocate(bytes, name);
  }

  Allocation ints(String name, int... values) {
    ByteBuffer bytes = buffer(4 * values.length);
    bytes.asIntBuffer().put(values);
    return machine.memory().allocate(bytes.array(), name);
  }

  Allocation floats(String name, float... values) {
    ByteBuffer bytes = buffer(4 * values.length);
    bytes.asFloatBuffer().put(values);
    return machine.memory().allocate(bytes.array(), name);
  }

  Allocation doubles(String name, double... values) {
    ByteBuffer bytes = buffer(8 * values.length);
    bytes.asDoubleBuffer().put(values);
    return machine.memory().allocate(bytes.array(), name);
  }

  static int[] ints(Allocation allocation) {
    int[] values = new int[(int) (allocation.size() / 4)];
    ByteBuffer.wrap(allocation.read()).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
    return values;
  }

  static float[] floats(Allocation allocation) {
    float[] values = new float[(int) (allocation.size() / 4)];
    ByteBuffer.wrap(allocation.read()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  static double[] doubles(Allocation allocation) {
    double[] values = new double[(int) (allocation.size() / 8)];
    ByteBuffer.wrap(allocation.read()).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
    return values;
  }

  private static Argument argument(Object value) {
    return switch (value) {
      case Allocation allocation -> Argument.of(allocation);
      case Integer number -> Argument.of(number.intValue());
      case Long number -> Argument.of(number.longValue());
      default -> throw new IllegalArgumentException(String.valueOf(value));
    };
  }

  /** Launches a kernel; arguments are allocations and numbers. */
  void launch(String kernel, LaunchConfig config, Object... arguments) {
    List<Argument> passed = Arrays.stream(arguments).map(DeviceProgram::argument).toList();
    machine.launch(program.kernel(kernel), config, passed);
  }

  void launch(String kernel, int grid, int block, Object... arguments) {
    launch(kernel, LaunchConfig.of(grid, block), arguments);
  }

  @Override
  public void close() {
    machine.close();
  }
}
