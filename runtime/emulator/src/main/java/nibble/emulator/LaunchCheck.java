package nibble.emulator;

import java.util.List;
import nibble.emulator.model.Target;

/** Refuses launches that a GPU would refuse. */
final class LaunchCheck {
  private static final int KIB = 1024;
  /** Local memory of a thread (CUDA C++ Programming Guide, "Technical Specifications per Compute Capability"). */
  private static final int MOST_LOCAL = 512 * KIB;

  private LaunchCheck() {}

  static void check(PtxKernel kernel, LaunchConfig config, List<Argument> arguments) {
    shape(kernel, config);
    sharedMemory(kernel, config);
    arguments(kernel, arguments);
  }

  private static void shape(PtxKernel kernel, LaunchConfig config) {
    LaunchConfig.Extent grid = config.grid();
    LaunchConfig.Extent block = config.block();
    require(
        grid.x() >= 1 && grid.y() >= 1 && grid.z() >= 1 && grid.y() <= 65_535 && grid.z() <= 65_535,
        kernel, "a grid of " + grid + " blocks; each extent is at least 1, y and z at most 65535");
    require(
        block.x() >= 1 && block.y() >= 1 && block.z() >= 1 && block.z() <= 64 && block.volume() <= 1024,
        kernel, "a block of " + block + " threads; each extent is at least 1, z at most 64, and all together 1024");
    List<Integer> most = kernel.tuning("maxntid");
    long limit = most.stream().mapToLong(it -> it).reduce(1, (a, b) -> a * b);
    require(
        most.isEmpty() || block.volume() <= limit,
        kernel, "a block of " + block + " threads; the kernel was compiled for at most " + limit + " (.maxntid)");
    List<Integer> exact = kernel.tuning("reqntid");
    boolean fits = exact.isEmpty()
        || matches(exact, 0, block.x()) && matches(exact, 1, block.y()) && matches(exact, 2, block.z());
    require(fits, kernel, "a block of " + block + " threads; the kernel was compiled for " + exact + " (.reqntid)");
    List<Integer> cluster = kernel.tuning("reqnctapercluster");
    require(
        cluster.stream().allMatch(extent -> extent == 1), kernel,
        "clusters of " + cluster + " blocks (.reqnctapercluster); the machine runs every block as a cluster of its "
            + "own");
  }

  private static boolean matches(List<Integer> exact, int index, int extent) {
    return extent == (index < exact.size() ? exact.get(index) : 1);
  }

  private static void sharedMemory(PtxKernel kernel, LaunchConfig config) {
    int dynamic = config.dynamicSharedBytes();
    require(dynamic >= 0, kernel, dynamic + " bytes of dynamic shared memory");
    int limit = sharedLimit(kernel.target());
    long all = (long) kernel.sharedBytes() + dynamic;
    require(
        all <= limit, kernel,
        all + " bytes of shared memory (" + kernel.sharedBytes() + " static, " + dynamic + " dynamic); a block on "
            + kernel.target() + " has at most " + limit);
  }

  /**
   * Local memory of threads.
   *
   * @param threads how many are under way at a time
   */
  static void checkLocal(PtxKernel kernel, int bytes, long threads, long limit) {
    require(
        bytes <= MOST_LOCAL, kernel, bytes + " bytes of local memory for each thread; there are at most " + MOST_LOCAL);
    require(
        bytes * threads <= limit, kernel,
        bytes + " bytes of local memory for each of " + threads + " threads; the machine has " + limit);
  }

  /** Shared memory that a block can opt in to. */
  private static int sharedLimit(Target target) {
    return switch (target.number()) {
      case 75 -> 64 * KIB;
      case 80, 87 -> 163 * KIB;
      case 86, 89, 120, 121 -> 99 * KIB;
      default -> target.number() < 75 ? 96 * KIB : 227 * KIB;
    };
  }

  private static void arguments(PtxKernel kernel, List<Argument> arguments) {
    List<PtxKernel.Parameter> parameters = kernel.parameters();
    require(
        arguments.size() == parameters.size(),
        kernel, arguments.size() + " arguments; it has " + parameters.size() + " parameters");
    for (int i = 0; i < parameters.size(); i++) {
      PtxKernel.Parameter parameter = parameters.get(i);
      require(
          arguments.get(i).size() == parameter.size(),
          kernel,
          "an argument of " + arguments.get(i).size() + " bytes for parameter '" + parameter.name() + "' of "
              + parameter.size());
    }
  }

  private static void require(boolean holds, PtxKernel kernel, String given) {
    if (!holds) {
      throw new LaunchException("kernel " + kernel.name() + " cannot be launched with " + given);
    }
  }
}
