package nibble.emulator;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import nibble.emulator.check.CheckMemory;
import nibble.emulator.check.Checkers;
import nibble.emulator.check.Findings;
import nibble.emulator.check.SiteOrders;
import nibble.emulator.code.Code;
import nibble.emulator.execute.Launch;
import nibble.emulator.execute.Launcher;
import nibble.emulator.execute.Observer;
import nibble.emulator.execute.Observers;
import nibble.emulator.execute.RegisterFiles;
import nibble.emulator.lower.Instrumentation;
import nibble.emulator.lower.LoweredModule;
import nibble.emulator.lower.ModuleLowering;
import nibble.emulator.lower.Options;
import nibble.emulator.memory.GlobalMemory;
import nibble.emulator.memory.Shelf;
import nibble.emulator.model.PtxModule;
import nibble.emulator.parse.PtxReader;
import nibble.emulator.profile.TrafficCounter;
import nibble.emulator.report.Diagnostics;
import nibble.emulator.report.SourceText;
import nibble.emulator.schedule.Schedule;
import nibble.emulator.tensor.TensorScratch;

/**
 * A machine that executes PTX.
 *
 * <pre>{@code
 * try (Machine machine = Machine.builder().workers(2).build()) {
 *   PtxProgram program = machine.load(text, "add.ptx");
 *   Allocation x = machine.memory().allocate(4096, "x");
 *   machine.launch(program.kernel("add"), LaunchConfig.of(4, 256), Argument.of(x), Argument.of(1024));
 * }
 * }</pre>
 *
 * <p>Safe for threads. Launches are synchronous: when {@link #launch} returns, the kernel has ended.
 */
public final class Machine implements AutoCloseable {
  /** So many may run at the same time and all find memory of launches that are over. */
  private static final int LAUNCHES = 4;

  private final int workers;
  private final Tier tier;
  private final TensorArithmetic tensorArithmetic;
  private final Schedule schedule;
  private final long stepLimit;
  private final Optional<Observer> observer;
  private final Set<Check> checks;
  private final int findingLimit;
  private final int residency;
  private final boolean counts;
  private final long memoryLimit;
  private final GlobalMemory global;
  private final DeviceMemory memory;
  private final Shelf<CheckMemory> checkMemory = new Shelf<>(LAUNCHES, CheckMemory::new);
  private final Shelf<RegisterFiles> registerFiles = new Shelf<>(LAUNCHES, RegisterFiles::new);
  private final Shelf<TensorScratch> tensorScratch;
  private final ExecutorService executor;

  private Machine(Builder builder) {
    workers = builder.workers;
    tensorScratch = new Shelf<>(workers, TensorScratch::new);
    tier = builder.tier;
    tensorArithmetic = builder.tensorArithmetic;
    schedule = builder.schedule;
    stepLimit = builder.stepLimit;
    observer = builder.observer;
    checks = Set.copyOf(builder.checks);
    findingLimit = builder.findingLimit;
    residency = builder.residency;
    counts = builder.counts;
    memoryLimit = builder.memoryLimit;
    global = new GlobalMemory(checks.contains(Check.INIT), builder.memoryLimit);
    memory = new DeviceMemory(global);
    AtomicInteger number = new AtomicInteger();
    executor =
        Executors.newFixedThreadPool(
            workers,
            work -> {
              Thread thread = new Thread(work, "ptx-worker-" + number.getAndIncrement());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Starts the description of a machine. */
  public static Builder builder() {
    return new Builder();
  }

  /** Describes a machine. */
  public static final class Builder {
    private int workers = Runtime.getRuntime().availableProcessors();
    private Tier tier = Tier.COMPILED;
    private TensorArithmetic tensorArithmetic = TensorArithmetic.MODELLED;
    private Schedule schedule = Schedule.roundRobin();
    private long stepLimit = Long.MAX_VALUE;
    private Optional<Observer> observer = Optional.empty();
    private Set<Check> checks = EnumSet.noneOf(Check.class);
    private int findingLimit = 100;
    private int residency = 8;
    private boolean counts;
    private long memoryLimit = installedMemory();

    private Builder() {}

    /** How many blocks run at a time; one for each processor unless stated. */
    public Builder workers(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("a machine needs a worker");
      }
      workers = count;
      return this;
    }

    /** How kernels are executed; compiled unless stated. */
    public Builder tier(Tier newTier) {
      tier = newTier;
      return this;
    }

    /** How matrix instructions sum; as the program's target does unless stated. */
    public Builder tensorArithmetic(TensorArithmetic newArithmetic) {
      tensorArithmetic = newArithmetic;
      return this;
    }

    /**
     * In which order warps run; round robin unless stated, with blocks on all workers. Under other schedules, and where
     * races or initialisation are checked, one worker runs all blocks, so that a launch can be repeated.
     */
    public Builder schedule(Schedule newSchedule) {
      schedule = newSchedule;
      return this;
    }

    /**
     * How many basic blocks the warps of a thread block may execute before the machine gives up; no limit unless
     * stated.
     */
    public Builder stepLimit(long basicBlocks) {
      stepLimit = basicBlocks;
      return this;
    }

    /** What watches all launches; nothing unless stated. Watched kernels are compiled apart, and slower. */
    public Builder observer(Observer newObserver) {
      observer = Optional.of(newObserver);
      return this;
    }

    /** What to look for beside what is always found; nothing unless stated. Checked kernels are compiled apart. */
    public Builder checks(Check... newChecks) {
      return checks(List.of(newChecks));
    }

    /** What to look for beside what is always found; nothing unless stated. Checked kernels are compiled apart. */
    public Builder checks(Collection<Check> newChecks) {
      checks = EnumSet.noneOf(Check.class);
      checks.addAll(newChecks);
      return this;
    }

    /**
     * Whether to count what each instruction does, memory traffic included; see {@link LaunchResult#counters}. Not
     * unless stated: counted kernels are compiled apart, and slower.
     */
    public Builder counters(boolean shallCount) {
      counts = shallCount;
      return this;
    }

    /** How many findings of one launch are kept; 100 unless stated. */
    public Builder findingLimit(int limit) {
      findingLimit = limit;
      return this;
    }

    /**
     * How many blocks are under way at a time where one worker runs all of them; 8 unless stated. Blocks that wait for
     * each other, as in barriers of a grid, must be under way together.
     */
    public Builder residency(int blocks) {
      if (blocks < 1) {
        throw new IllegalArgumentException("some block must be under way");
      }
      residency = blocks;
      return this;
    }

    /** How many bytes of memory the machine has for allocations and variables; as many as this one unless stated. */
    public Builder memoryLimit(long bytes) {
      memoryLimit = bytes;
      return this;
    }

    private static long installedMemory() {
      return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    public Machine build() {
      return new Machine(this);
    }
  }

  /** Global memory. */
  public DeviceMemory memory() {
    return memory;
  }

  /**
   * Loads PTX: reads it, checks it and places its variables.
   *
   * @param name what messages call it
   * @throws PtxException with everything that is wrong with it
   */
  public PtxProgram load(String text, String name) {
    PtxModule module = PtxReader.read(name, text);
    Diagnostics diagnostics = new Diagnostics(new SourceText(name, text));
    LoweredModule lowered = ModuleLowering.lower(module, diagnostics, global, new Options(tensorArithmetic));
    return new PtxProgram(name, lowered, global);
  }

  /** Runs a kernel; see {@link #launch(PtxKernel, LaunchConfig, List)}. */
  public LaunchResult launch(PtxKernel kernel, LaunchConfig config, Argument... arguments) {
    return launch(kernel, config, List.of(arguments));
  }

  /**
   * Runs a kernel to its end.
   *
   * @param arguments one for each parameter, of the parameter's size
   * @throws LaunchException if the launch does not fit the kernel or its target
   * @throws KernelFault if the kernel does what it must not
   */
  public LaunchResult launch(PtxKernel kernel, LaunchConfig config, List<Argument> arguments) {
    LaunchCheck.check(kernel, config, arguments);
    boolean isSerial = schedule.steps() || checks.contains(Check.INIT) || checks.contains(Check.RACE);
    Instrumentation instrumentation =
        new Instrumentation(
            observer.isPresent() || !checks.isEmpty() || schedule.steps() || counts,
            checks.contains(Check.INIT),
            schedule.steps());
    Code code = kernel.code(instrumentation);
    Optional<TrafficCounter> traffic = counts ? Optional.of(new TrafficCounter(code.sites().size())) : Optional.empty();
    Findings findings = new Findings(findingLimit, schedule.toString());
    CheckMemory lent = checkMemory.take();
    RegisterFiles registers = registerFiles.take();
    Optional<Observer> watching = watch(kernel.orders(instrumentation), findings, traffic, lent);
    LaunchConfig.Extent grid = config.grid();
    LaunchConfig.Extent block = config.block();
    long underWay = Math.min(grid.volume(), isSerial ? residency : workers);
    LaunchCheck.checkLocal(kernel, code.localBytes(), underWay * block.volume(), memoryLimit);
    Launch launch =
        new Launch(
            code,
            kernel.executable(tier, instrumentation),
            global,
            new int[] {grid.x(), grid.y(), grid.z()},
            new int[] {block.x(), block.y(), block.z()},
            config.dynamicSharedBytes(),
            Parameters.lay(kernel, arguments),
            registers,
            schedule,
            isSerial ? residency : 0,
            isSerial ? 0 : System.currentTimeMillis() * 1_000_000 - System.nanoTime(),
            stepLimit,
            tensorScratch,
            watching);
    Launcher launcher = new Launcher(launch);
    long start = System.nanoTime();
    try {
      launcher.run(executor, workers);
    } catch (KernelFault fault) {
      giveBack(lent, registers);
      throw fault.withFindings(findings.list());
    }
    giveBack(lent, registers);
    double seconds = (System.nanoTime() - start) / 1e9;
    return ResultBuilder.build(launch, launcher, findings.list(), traffic, seconds);
  }

  /** A launch is over. Where the machine has failed itself, a worker may not know yet, and keeps what it was lent. */
  private void giveBack(CheckMemory lent, RegisterFiles registers) {
    lent.recycle();
    checkMemory.put(lent);
    registers.recycle();
    registerFiles.put(registers);
  }

  /** What watches a launch: the builder's observer, the checks, what counts. */
  private Optional<Observer> watch(
      SiteOrders orders, Findings findings, Optional<TrafficCounter> traffic, CheckMemory lent) {
    List<Observer> observers = new ArrayList<>();
    observer.ifPresent(observers::add);
    if (!checks.stream().allMatch(Check::isAlwaysOn)) {
      observers.add(new Checkers(checks, orders, findings, lent));
    }
    traffic.ifPresent(observers::add);
    return switch (observers.size()) {
      case 0 -> Optional.empty();
      case 1 -> Optional.of(observers.get(0));
      default -> Optional.of(block -> Observers.of(observers.stream().map(it -> it.forBlock(block)).toList()));
    };
  }

  /** Stops the machine's workers. Memory goes when nobody refers to it any more. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
