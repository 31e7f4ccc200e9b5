package nibble.emulator.library;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.Finding;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchResult;
import nibble.emulator.Machine;
import nibble.emulator.PtxKernel;
import nibble.emulator.PtxProgram;

/**
 * PTX on a machine of its own, for programs and tests that only want to run kernels.
 *
 * <pre>{@code
 * try (Module module = Module.parse(ptx)) {
 *   Buffer<float[]> x = module.buffer("x", new float[] {1, 2, 3, 4});
 *   Buffer<float[]> y = module.output("y", new float[4]);
 *   module.kernel("twice").launch(1, 4, x, y);
 *   float[] result = y.read();
 * }
 * }</pre>
 *
 * <p>For threads that launch at the same time, or several programs on one memory, there is {@link Machine}.
 */
public final class Module implements AutoCloseable {
  private final Machine machine;
  private final PtxProgram program;
  private final List<Finding> findings = new ArrayList<>();

  private Module(Machine machine, PtxProgram program) {
    this.machine = machine;
    this.program = program;
  }

  /**
   * Loads PTX on a machine without checks but those that are always on.
   *
   * @throws nibble.emulator.PtxException with everything that is wrong with it
   */
  public static Module parse(String ptx) {
    return parse(ptx, "module.ptx", Machine.builder());
  }

  /**
   * Loads PTX on a machine as described, with checks and a schedule, say.
   *
   * @param name what messages call it
   * @throws nibble.emulator.PtxException with everything that is wrong with it
   */
  public static Module parse(String ptx, String name, Machine.Builder description) {
    Machine machine = description.build();
    try {
      return new Module(machine, machine.load(ptx, name));
    } catch (RuntimeException refused) {
      machine.close();
      throw refused;
    }
  }

  /**
   * Loads a file of PTX; see {@link #parse(String)}.
   *
   * @throws IOException if it cannot be read
   */
  public static Module read(Path file) throws IOException {
    // PTX outside of comments is ASCII.
    return parse(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString(), Machine.builder());
  }

  /**
   * The kernel of this name.
   *
   * @throws nibble.emulator.LaunchException if there is none; it says which one may have been meant
   */
  public Kernel kernel(String name) {
    return new Kernel(this, program.kernel(name), 0);
  }

  /** The module's kernels and variables. */
  public PtxProgram program() {
    return program;
  }

  /** What runs it. */
  public Machine machine() {
    return machine;
  }

  // Buffers

  /** A buffer that holds a copy of an array. */
  public Buffer<float[]> buffer(String name, float[] values) {
    return filled(output(name, values), values);
  }

  /** A buffer that holds a copy of an array. */
  public Buffer<double[]> buffer(String name, double[] values) {
    return filled(output(name, values), values);
  }

  /** A buffer that holds a copy of an array. */
  public Buffer<int[]> buffer(String name, int[] values) {
    return filled(output(name, values), values);
  }

  /** A buffer that holds a copy of an array. */
  public Buffer<long[]> buffer(String name, long[] values) {
    return filled(output(name, values), values);
  }

  /** A buffer that holds a copy of an array. */
  public Buffer<short[]> buffer(String name, short[] values) {
    return filled(output(name, values), values);
  }

  /** A buffer that holds a copy of an array. */
  public Buffer<byte[]> buffer(String name, byte[] values) {
    return filled(output(name, values), values);
  }

  /**
   * A buffer of an array's size that nobody has written: kernels that read it first are told on where that is checked.
   */
  public Buffer<float[]> output(String name, float[] like) {
    return empty(name, 4L * like.length, () -> new float[like.length], MemorySegment::ofArray);
  }

  /** A buffer of an array's size that nobody has written. */
  public Buffer<double[]> output(String name, double[] like) {
    return empty(name, 8L * like.length, () -> new double[like.length], MemorySegment::ofArray);
  }

  /** A buffer of an array's size that nobody has written. */
  public Buffer<int[]> output(String name, int[] like) {
    return empty(name, 4L * like.length, () -> new int[like.length], MemorySegment::ofArray);
  }

  /** A buffer of an array's size that nobody has written. */
  public Buffer<long[]> output(String name, long[] like) {
    return empty(name, 8L * like.length, () -> new long[like.length], MemorySegment::ofArray);
  }

  /** A buffer of an array's size that nobody has written. */
  public Buffer<short[]> output(String name, short[] like) {
    return empty(name, 2L * like.length, () -> new short[like.length], MemorySegment::ofArray);
  }

  /** A buffer of an array's size that nobody has written. */
  public Buffer<byte[]> output(String name, byte[] like) {
    return empty(name, like.length, () -> new byte[like.length], MemorySegment::ofArray);
  }

  private <A> Buffer<A> empty(String name, long bytes, Supplier<A> fresh, Function<A, MemorySegment> view) {
    Allocation allocation = machine.memory().allocate(bytes, name);
    return new Buffer<>(allocation, fresh, view);
  }

  private static <A> Buffer<A> filled(Buffer<A> buffer, A values) {
    buffer.write(values);
    return buffer;
  }

  // Launches

  LaunchResult launch(PtxKernel kernel, LaunchConfig config, List<Argument> arguments) {
    LaunchResult result = machine.launch(kernel, config, arguments);
    findings.addAll(result.findings());
    return result;
  }

  /** What checks have found in all launches so far. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** Stops the machine, whose memory goes with it. */
  @Override
  public void close() {
    program.close();
    machine.close();
  }
}
