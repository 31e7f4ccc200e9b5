package nibble.emulator.library;

import java.util.Arrays;
import java.util.List;
import nibble.emulator.Allocation;
import nibble.emulator.Argument;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchConfig.Extent;
import nibble.emulator.LaunchException;
import nibble.emulator.LaunchResult;
import nibble.emulator.PtxKernel;

/**
 * A kernel of a module, ready to be launched. Arguments are given in the order of the parameters: a {@link Buffer} or
 * {@link Allocation} for a pointer, a Java number of the parameter's size for a scalar, a {@code byte[]} for a
 * structure.
 */
public final class Kernel {
  private final Module module;
  private final PtxKernel kernel;
  private final int sharedBytes;

  Kernel(Module module, PtxKernel kernel, int sharedBytes) {
    this.module = module;
    this.kernel = kernel;
    this.sharedBytes = sharedBytes;
  }

  /** The same kernel with so many bytes of dynamic shared memory. */
  public Kernel withShared(int bytes) {
    return new Kernel(module, kernel, bytes);
  }

  /**
   * Launches blocks of threads, both in one dimension, and waits for their end.
   *
   * @throws LaunchException if the launch does not fit the kernel or its target
   * @throws nibble.emulator.KernelFault if the kernel does what it must not
   */
  public LaunchResult launch(int grid, int block, Object... arguments) {
    return launch(new Extent(grid, 1, 1), new Extent(block, 1, 1), arguments);
  }

  /** Launches blocks of threads; see {@link #launch(int, int, Object...)}. */
  public LaunchResult launch(Extent grid, Extent block, Object... arguments) {
    List<Argument> values = Arrays.stream(arguments).map(this::argument).toList();
    return module.launch(kernel, new LaunchConfig(grid, block, sharedBytes), values);
  }

  private Argument argument(Object value) {
    return switch (value) {
      case Argument it -> it;
      case Buffer<?> it -> Argument.of(it.allocation());
      case Allocation it -> Argument.of(it);
      case Byte it -> Argument.of(it);
      case Short it -> Argument.of(it);
      case Integer it -> Argument.of(it);
      case Long it -> Argument.of(it);
      case Float it -> Argument.of(it);
      case Double it -> Argument.of(it);
      case byte[] it -> Argument.of(it);
      default ->
          throw new LaunchException(
              "kernel " + kernel.name() + " cannot take a " + value.getClass().getSimpleName()
                  + " as an argument; give a buffer, an allocation, a number or a byte[]");
    };
  }
}
