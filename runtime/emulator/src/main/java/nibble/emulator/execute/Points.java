package nibble.emulator.execute;

import java.lang.reflect.Method;
import nibble.emulator.code.BasicBlock;
import nibble.emulator.code.Code;
import nibble.emulator.code.Step;
import nibble.emulator.schedule.Point;

/** What others could see of each basic block: the first access of memory in it, or its barrier. */
final class Points {
  private Points() {}

  /** A point for each block. */
  static Point[] of(Code code) {
    return code.blocks().stream().map(Points::of).toArray(Point[]::new);
  }

  private static Point of(BasicBlock block) {
    return block.steps().stream().map(Points::of).filter(it -> it != Point.COMPUTE).findFirst().orElse(Point.COMPUTE);
  }

  private static Point of(Step step) {
    Method helper = step.helper().method();
    return switch (helper.getDeclaringClass().getSimpleName()) {
      case "Loads" -> Point.LOAD;
      case "Stores", "AsyncAccess", "AsyncStores", "BulkCopies", "TensorCopies" -> Point.STORE;
      case "MatrixAccess", "WarpMatrices" -> helper.getName().startsWith("store") ? Point.STORE : Point.LOAD;
      case "Atomics", "Mbarriers" -> Point.ATOMIC;
      case "Fences" -> Point.FENCE;
      case "Barriers" -> Point.BARRIER;
      default -> Point.COMPUTE;
    };
  }
}
