package nibble.emulator.execute;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import nibble.emulator.KernelFault;
import nibble.emulator.tensor.TensorScratch;

/**
 * Runs all blocks of a launch on some workers. Blocks start in their order, so that one that waits for an earlier one
 * gets what it waits for.
 */
public final class Launcher {
  private final Launch launch;
  private final AtomicLong next = new AtomicLong();
  private final Map<Long, KernelFault> faults = new TreeMap<>();
  private final Map<Long, List<String>> output = new TreeMap<>();
  private final Profile profile;
  private volatile boolean stopped;

  /** A launch that is about to run, once. */
  public Launcher(Launch launch) {
    this.launch = launch;
    this.profile = new Profile(launch.code().blocks().size());
  }

  /**
   * Runs it to its end.
   *
   * @throws KernelFault of the lowest block that failed
   */
  public void run(ExecutorService executor, int workers) {
    int useful = (int) Math.min(workers, launch.blocks());
    if (launch.residency() > 0) {
      schedule();
    } else if (useful <= 1) {
      work();
    } else {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < useful; i++) {
        tasks.add(
            () -> {
              work();
              return null;
            });
      }
      await(executor, tasks);
    }
    if (!faults.isEmpty()) {
      throw faults.values().iterator().next();
    }
  }

  private static void await(ExecutorService executor, List<Callable<Void>> tasks) {
    try {
      for (Future<Void> task : executor.invokeAll(tasks)) {
        task.get();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a kernel was running", interrupted);
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException("a worker failed", failure.getCause());
    }
  }

  private void schedule() {
    TensorScratch scratch = launch.tensorScratch().take();
    try (Arena arena = Arena.ofConfined()) {
      GridRunner runner = new GridRunner(launch, arena, scratch);
      try {
        runner.run();
      } finally {
        add(runner.profile());
        runner.output().forEach(this::print);
      }
    } finally {
      launch.tensorScratch().put(scratch);
    }
  }

  private void work() {
    TensorScratch scratch = launch.tensorScratch().take();
    try (Arena arena = Arena.ofConfined()) {
      BlockRunner runner = new BlockRunner(launch, arena, scratch, next::getAndIncrement);
      for (long block = next.getAndIncrement(); block < launch.blocks() && !stopped; block = next.getAndIncrement()) {
        run(runner, block);
      }
      add(runner.profile());
    } catch (RuntimeException | Error failure) {
      stopped = true;
      throw failure;
    } finally {
      launch.tensorScratch().put(scratch);
    }
  }

  private void run(BlockRunner runner, long block) {
    try {
      List<String> printed = runner.run(block, () -> stopped);
      if (!printed.isEmpty()) {
        print(block, printed);
      }
    } catch (KernelFault fault) {
      stopped = true;
      fail(block, fault);
    }
  }

  private synchronized void print(long block, List<String> printed) {
    output.put(block, printed);
  }

  private synchronized void fail(long block, KernelFault fault) {
    faults.put(block, fault);
  }

  private synchronized void add(Profile worker) {
    profile.add(worker);
  }

  /** What was counted. */
  public synchronized Profile profile() {
    return profile;
  }

  /** What was printed, in the order of blocks. */
  public synchronized List<String> output() {
    return output.values().stream().flatMap(List::stream).toList();
  }
}
