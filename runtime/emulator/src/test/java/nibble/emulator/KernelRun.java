package nibble.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Runs a kernel in both tiers, each with memory of its own, and holds one against the other. */
public final class KernelRun {
  private final String ptx;
  private final List<Object> arguments = new ArrayList<>();
  private LaunchConfig config = LaunchConfig.of(1, 32);
  private String kernel;
  private Machine.Builder builder = Machine.builder().workers(2);
  private boolean races;
  private boolean isComparison = true;

  /** Memory whose contents may depend on where the buffers before it are. */
  private record Buffer(String name, Function<Map<String, Allocation>, byte[]> contents) {}

  /** An argument that depends on where the buffers before it are. */
  private record Derived(Function<Map<String, Allocation>, Argument> argument) {}

  /** What a run left behind. */
  public record Outcome(Map<String, byte[]> buffers, LaunchResult result) {
    public ByteBuffer buffer(String name) {
      return ByteBuffer.wrap(buffers.get(name)).order(ByteOrder.LITTLE_ENDIAN);
    }

    public int[] ints(String name) {
      int[] values = new int[buffers.get(name).length / 4];
      buffer(name).asIntBuffer().get(values);
      return values;
    }

    public float[] floats(String name) {
      float[] values = new float[buffers.get(name).length / 4];
      buffer(name).asFloatBuffer().get(values);
      return values;
    }

    public long[] longs(String name) {
      long[] values = new long[buffers.get(name).length / 8];
      buffer(name).asLongBuffer().get(values);
      return values;
    }

    public double[] doubles(String name) {
      double[] values = new double[buffers.get(name).length / 8];
      buffer(name).asDoubleBuffer().get(values);
      return values;
    }

    public short[] shorts(String name) {
      short[] values = new short[buffers.get(name).length / 2];
      buffer(name).asShortBuffer().get(values);
      return values;
    }
  }

  private KernelRun(String ptx) {
    this.ptx = ptx;
  }

  /** A run of the module's only kernel, or of the one that {@link #kernel} names. */
  public static KernelRun of(String ptx) {
    return new KernelRun(ptx);
  }

  /** The text of a module whose only kernel, {@code k}, has the given parameters and body. */
  public static String module(String target, String version, String parameters, String body) {
    return """
        .version %s
        .target %s
        .address_size 64
        .visible .entry k(%s)
        {
        %s
        }
        """
        .formatted(version, target, parameters, body);
  }

  public KernelRun kernel(String name) {
    kernel = name;
    return this;
  }

  public KernelRun machine(Machine.Builder newBuilder) {
    builder = newBuilder;
    return this;
  }

  /** Says that nobody looks at what comes out, so that the rows that are executed do not count as tested. */
  public KernelRun unseen() {
    isComparison = false;
    return this;
  }

  /** Says that how long threads wait for each other, and so how much they execute, is left open. */
  public KernelRun racing() {
    races = true;
    return this;
  }

  public KernelRun grid(int grid, int block) {
    config = LaunchConfig.of(grid, block).withDynamicShared(config.dynamicSharedBytes());
    return this;
  }

  public KernelRun config(LaunchConfig newConfig) {
    config = newConfig;
    return this;
  }

  public KernelRun dynamicShared(int bytes) {
    config = config.withDynamicShared(bytes);
    return this;
  }

  public KernelRun buffer(String name, byte[] contents) {
    return buffer(name, buffers -> contents);
  }

  public KernelRun buffer(String name, Function<Map<String, Allocation>, byte[]> contents) {
    arguments.add(new Buffer(name, contents));
    return this;
  }

  /** An argument made of the buffers before it, such as a tensor map. */
  public KernelRun argument(Function<Map<String, Allocation>, Argument> argument) {
    arguments.add(new Derived(argument));
    return this;
  }

  public KernelRun buffer(String name, int bytes) {
    return buffer(name, new byte[bytes]);
  }

  public KernelRun ints(String name, int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return buffer(name, bytes.array());
  }

  public KernelRun longs(String name, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return buffer(name, bytes.array());
  }

  public KernelRun floats(String name, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return buffer(name, bytes.array());
  }

  public KernelRun doubles(String name, double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return buffer(name, bytes.array());
  }

  public KernelRun shorts(String name, short... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(values);
    return buffer(name, bytes.array());
  }

  public KernelRun argument(Argument argument) {
    arguments.add(argument);
    return this;
  }

  public KernelRun argument(int value) {
    return argument(Argument.of(value));
  }

  /** Runs both tiers; what they leave must be the same, bit for bit. */
  public Outcome run() {
    Outcome interpreted = run(Tier.INTERPRETED);
    Outcome compiled = run(Tier.COMPILED);
    for (String name : interpreted.buffers.keySet()) {
      assertArrayEquals(interpreted.buffers.get(name), compiled.buffers.get(name), "tiers differ in " + name);
    }
    assertEquals(interpreted.result.output(), compiled.result.output());
    if (!races) {
      assertEquals(interpreted.result.threadInstructions(), compiled.result.threadInstructions());
      assertEquals(interpreted.result.divergences(), compiled.result.divergences());
    }
    return compiled;
  }

  /** Runs both tiers, both of which must fail, alike; gives the fault. */
  public KernelFault fault() {
    KernelFault interpreted = assertThrows(KernelFault.class, () -> run(Tier.INTERPRETED));
    KernelFault compiled = assertThrows(KernelFault.class, () -> run(Tier.COMPILED));
    assertEquals(interpreted.getMessage(), compiled.getMessage());
    assertEquals(interpreted.kind(), compiled.kind());
    assertEquals(interpreted.address(), compiled.address());
    return compiled;
  }

  /** Runs one tier. */
  public Outcome run(Tier tier) {
    try (Machine machine = builder.tier(tier).build()) {
      PtxProgram program = machine.load(ptx, "test.ptx");
      PtxKernel chosen = kernel == null ? program.kernels().get(0) : program.kernel(kernel);
      Map<String, Allocation> buffers = new LinkedHashMap<>();
      List<Argument> passed = new ArrayList<>();
      for (Object argument : arguments) {
        switch (argument) {
          case Buffer buffer -> {
            Allocation allocation = machine.memory().allocate(buffer.contents.apply(buffers), buffer.name);
            buffers.put(buffer.name, allocation);
            passed.add(Argument.of(allocation));
          }
          case Derived derived -> passed.add(derived.argument.apply(buffers));
          default -> passed.add((Argument) argument);
        }
      }
      LaunchResult result = machine.launch(chosen, config, passed);
      if (isComparison) {
        ExecutedForms.add(result);
      }
      Map<String, byte[]> contents = new LinkedHashMap<>();
      buffers.forEach((name, allocation) -> contents.put(name, allocation.read()));
      return new Outcome(contents, result);
    }
  }
}
