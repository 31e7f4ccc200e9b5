package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import nibble.emulator.Counters;
import nibble.emulator.LaunchConfig;
import nibble.emulator.LaunchResult;
import nibble.emulator.LineCounters;
import nibble.emulator.MemoryCounter;
import nibble.emulator.MemoryCounters;
import nibble.emulator.profile.Resource;
import nibble.emulator.profile.Roofline;
import nibble.emulator.table.Fidelity;

/** What {@code ptx profile} tells of a launch. */
record PtxProfile(String kernel, LaunchConfig config, LaunchResult result, Roofline roofline) {
  private static final int BAR = 30;

  private Counters counters() {
    return result.counters().orElseThrow();
  }

  private static String line(String form, Object... values) {
    return String.format(Locale.ROOT, form, values).stripTrailing();
  }

  /** The report as lines, with no more than so many of the PTX. */
  List<String> text(int mostLines) {
    List<String> text = new ArrayList<>();
    text.add(line("%s: %s blocks of %s threads", kernel, config.grid(), config.block()));
    text.add("");
    instructions(text);
    memory(text);
    tensorOperations(text);
    lines(text, mostLines);
    roofline(text);
    text.add(fidelity());
    return text;
  }

  private void instructions(List<String> text) {
    text.add(line("%-12s %14s %14s %7s %12s", "instructions", "warps", "threads", "lanes", "divergences"));
    counters().classes().forEach((name, count) -> text.add(line(
        "  %-10s %,14d %,14d %7.1f %,12d", name, count.warps(), count.threads(),
        (double) count.threads() / Math.max(1, count.warps()), count.divergences())));
    text.add(line(
        "  %-10s %,14d %,14d %7.1f %,12d", "all", result.warpInstructions(), result.threadInstructions(),
        (double) result.threadInstructions() / Math.max(1, result.warpInstructions()), result.divergences()));
    text.add("");
  }

  private void memory(List<String> text) {
    MemoryCounters memory = counters().memory();
    text.add("memory");
    global(
        text, "global read", memory.of(MemoryCounter.GLOBAL_BYTES_READ),
        memory.of(MemoryCounter.GLOBAL_SECTORS_READ));
    global(
        text, "global written", memory.of(MemoryCounter.GLOBAL_BYTES_WRITTEN),
        memory.of(MemoryCounter.GLOBAL_SECTORS_WRITTEN));
    text.add(line("  %-16s %,14d different sectors", "touched", counters().globalSectorsTouched()));
    long wavefronts = memory.of(MemoryCounter.SHARED_WAVEFRONTS);
    if (wavefronts > 0) {
      text.add(line(
          "  %-16s %,14d bytes read, %,d written, %,d wavefronts, %,d of them by bank conflicts", "shared",
          memory.of(MemoryCounter.SHARED_BYTES_READ), memory.of(MemoryCounter.SHARED_BYTES_WRITTEN), wavefronts,
          memory.of(MemoryCounter.BANK_CONFLICTS)));
    }
    if (memory.of(MemoryCounter.LOCAL_BYTES) > 0) {
      text.add(line("  %-16s %,14d bytes", "local", memory.of(MemoryCounter.LOCAL_BYTES)));
    }
    long atomics = memory.of(MemoryCounter.GLOBAL_ATOMICS) + memory.of(MemoryCounter.SHARED_ATOMICS);
    if (atomics > 0) {
      text.add(line(
          "  %-16s %,14d by threads, %,d of them on shared memory", "atomics", atomics,
          memory.of(MemoryCounter.SHARED_ATOMICS)));
    }
    if (memory.of(MemoryCounter.ASYNC_COPIES) > 0) {
      text.add(line(
          "  %-16s %,14d by threads, %,d bytes, at most %,d bytes of a block under way", "async copies",
          memory.of(MemoryCounter.ASYNC_COPIES), memory.of(MemoryCounter.ASYNC_BYTES),
          counters().asyncBytesInFlight()));
    }
    text.add("");
  }

  private static void global(List<String> text, String name, long bytes, long sectors) {
    String used = sectors == 0 ? "" : line(", %.0f %% of them asked for", 100.0 * bytes / (32 * sectors));
    text.add(line("  %-16s %,14d bytes asked, %,d sectors of 32 bytes moved%s", name, bytes, sectors, used));
  }

  private void tensorOperations(List<String> text) {
    Map<String, Long> operations = counters().tensorOperations();
    if (!operations.isEmpty()) {
      text.add("tensor operations");
      operations.forEach((opcode, count) -> text.add(line("  %,14d %s", count, opcode)));
      text.add("");
    }
  }

  private void lines(List<String> text, int most) {
    List<LineCounters> hot = counters().lines().stream()
        .sorted(Comparator.comparingLong(PtxProfile::weight).reversed().thenComparingInt(LineCounters::line))
        .limit(most).sorted(Comparator.comparingInt(LineCounters::line)).toList();
    if (hot.isEmpty()) {
      return;
    }
    text.add(line("%6s %14s %7s %10s %10s  %s", "line", "warps", "lanes", "sectors", "conflicts", "instruction"));
    hot.forEach(it -> text.add(line(
        "%6d %,14d %7.1f %,10d %,10d  %s%s", it.line(), it.warps(), (double) it.threads() / it.warps(),
        it.memory().of(MemoryCounter.GLOBAL_SECTORS_READ) + it.memory().of(MemoryCounter.GLOBAL_SECTORS_WRITTEN),
        it.memory().of(MemoryCounter.BANK_CONFLICTS), it.instruction(),
        it.source().map(at -> "  // " + at).orElse(""))));
    text.add("");
  }

  /** How much a line did: turns of the issue slot, of shared memory and of the memory behind it, each as one. */
  private static long weight(LineCounters it) {
    return it.warps() + it.memory().of(MemoryCounter.SHARED_WAVEFRONTS)
        + it.memory().of(MemoryCounter.GLOBAL_SECTORS_READ) + it.memory().of(MemoryCounter.GLOBAL_SECTORS_WRITTEN);
  }

  private void roofline(List<String> text) {
    double most = roofline.modelledSeconds();
    text.add("modelled busy time of " + roofline.rates());
    for (Resource resource : Resource.values()) {
      double seconds = roofline.seconds().get(resource);
      if (seconds > 0) {
        String bar = "#".repeat((int) Math.ceil(BAR * seconds / most));
        text.add(line("  %-34s %12.3f us  %s", resource, 1e6 * seconds, bar));
      }
    }
    text.add(line("modelled time %.3f us, bound by %s", 1e6 * most, roofline.binding()));
  }

  private String fidelity() {
    return line(
        "fidelity: of %,d executed warp instructions %,d exact, %,d modelled by rule, %,d approximate",
        result.warpInstructions(), fidelity(Fidelity.EXACT), fidelity(Fidelity.MODELLED),
        fidelity(Fidelity.APPROXIMATE));
  }

  private long fidelity(Fidelity fidelity) {
    return result.fidelity().getOrDefault(fidelity, 0L);
  }

  ObjectNode json() {
    ObjectNode node = Json.object();
    node.put("entry", kernel);
    ObjectNode counted = node.putObject("counters");
    PtxChecks.counters(result).forEach(counted::put);
    put(counted, counters().memory());
    counted.put("globalSectorsTouched", counters().globalSectorsTouched());
    counted.put("asyncBytesInFlight", counters().asyncBytesInFlight());
    ObjectNode classes = node.putObject("classes");
    counters().classes().forEach((name, count) -> {
      ObjectNode one = classes.putObject(name);
      one.put("warps", count.warps()).put("threads", count.threads()).put("divergences", count.divergences());
      put(one, count.memory());
    });
    ObjectNode tensor = node.putObject("tensorOperations");
    counters().tensorOperations().forEach(tensor::put);
    ArrayNode lines = node.putArray("lines");
    counters().lines().forEach(line -> lines.add(json(line)));
    ObjectNode modelled = node.putObject("modelled");
    modelled.put("chip", roofline.rates().chip());
    modelled.put("seconds", roofline.modelledSeconds());
    modelled.put("bound", roofline.binding().toString());
    ObjectNode busy = modelled.putObject("busySeconds");
    Arrays.stream(Resource.values()).forEach(it -> busy.put(it.toString(), roofline.seconds().get(it)));
    node.put("seconds", result.seconds());
    return node;
  }

  private static ObjectNode json(LineCounters line) {
    ObjectNode node = Json.object();
    node.put("ptxLine", line.line());
    line.source().ifPresent(source -> node.put("source", source));
    node.put("instruction", line.instruction());
    node.put("warps", line.warps()).put("threads", line.threads()).put("divergences", line.divergences());
    node.put("fidelity", line.fidelity().name().toLowerCase(Locale.ROOT));
    put(node, line.memory());
    return node;
  }

  private static void put(ObjectNode node, MemoryCounters memory) {
    for (MemoryCounter counter : MemoryCounter.values()) {
      if (memory.of(counter) != 0) {
        node.put(counter.text(), memory.of(counter));
      }
    }
  }
}
