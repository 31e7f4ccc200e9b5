package nibble.codegen.kernel;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import nibble.codegen.assemble.Cubin;

/** Reads the machine code that {@code nvdisasm} of a CUDA toolkit prints. */
public final class SassLoops {
  private static final Pattern SECTION = Pattern.compile("\\s*\\.section\\s+\\.text\\.([^,\\s]+).*");
  private static final Pattern LABEL = Pattern.compile("(\\.L_\\w+):.*");
  private static final Pattern INSTRUCTION =
      Pattern.compile("\\s*/\\*[0-9a-f]{4,}\\*/\\s+\\{?\\s*(@!?\\w+\\s+)?([\\w.]+)(.*?);.*");
  /** What multiplies, or copies ahead. */
  private static final String WORKS = "([HIQ]MMA|LDGSTS)(\\..*)?";
  private static final Pattern TARGET = Pattern.compile("\\(?(\\.L_\\w+)");

  private SassLoops() {}

  /**
   * A loop: from the label that is jumped back to.
   *
   * @param usual its opcodes but those that a condition skips, where these neither multiply nor copy
   */
  public record Loop(String kernel, List<String> opcodes, List<String> usual) {
    public long multiplies() {
      return opcodes.stream().filter(opcode -> opcode.matches("[HIQ]MMA(\\..*)?")).count();
    }

    /** The same of what is not skipped. */
    public double usuallyPerMultiply() {
      return (double) usual.size() / multiplies();
    }

    public double perMultiply() {
      return (double) opcodes.size() / multiplies();
    }
  }

  /** The program that {@code $NVDISASM} names, or that is on the search path. */
  public static Optional<Path> disassembler() {
    String named = System.getenv("NVDISASM");
    if (named != null) {
      return Optional.of(Path.of(named)).filter(Files::isExecutable);
    }
    for (String folder : Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator)) {
      Path candidate = Path.of(folder, "nvdisasm");
      if (!folder.isEmpty() && Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** The loops of a cubin that multiply matrices and hold no other loop. */
  public static List<Loop> of(Path disassembler, Cubin cubin) throws IOException, InterruptedException {
    Path file = Files.createTempFile("kernels", ".cubin");
    try {
      Files.write(file, cubin.bytes());
      Process process =
          new ProcessBuilder(disassembler.toString(), "-c", file.toString()).redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(disassembler + ": " + text);
      }
      return parse(text);
    } finally {
      Files.delete(file);
    }
  }

  private static List<String> usual(
      List<String> body, int start, Map<Integer, String> conditions, Map<String, Integer> labels) {
    Set<Integer> skipped = new HashSet<>();
    conditions.forEach((after, label) -> {
      int end = labels.getOrDefault(label, after) - start;
      boolean isInside = after >= start && end <= body.size() && after - start < end;
      if (isInside && body.subList(after - start, end).stream().noneMatch(opcode -> opcode.matches(WORKS))) {
        IntStream.range(after - start, end).forEach(skipped::add);
      }
    });
    return IntStream.range(0, body.size()).filter(i -> !skipped.contains(i)).mapToObj(body::get).toList();
  }

  public static List<Loop> parse(String text) {
    List<Loop> loops = new ArrayList<>();
    String kernel = "";
    List<String> opcodes = new ArrayList<>();
    Map<String, Integer> labels = new HashMap<>();
    Map<Integer, String> conditions = new HashMap<>();
    int lastEnd = 0;
    for (String line : text.lines().toList()) {
      Matcher section = SECTION.matcher(line);
      Matcher label = LABEL.matcher(line);
      Matcher instruction = INSTRUCTION.matcher(line);
      if (section.matches()) {
        kernel = section.group(1);
        opcodes.clear();
        labels.clear();
        conditions.clear();
        lastEnd = 0;
      } else if (label.matches()) {
        labels.put(label.group(1), opcodes.size());
      } else if (instruction.matches()) {
        opcodes.add(instruction.group(2));
        Matcher target = TARGET.matcher(instruction.group(3));
        boolean jumps = instruction.group(2).startsWith("BRA") && target.find();
        if (jumps && instruction.group(1) != null && !labels.containsKey(target.group(1))) {
          conditions.put(opcodes.size(), target.group(1));
        }
        if (jumps && labels.containsKey(target.group(1))) {
          int start = labels.get(target.group(1));
          List<String> body = List.copyOf(opcodes.subList(start, opcodes.size()));
          Loop loop = new Loop(kernel, body, usual(body, start, conditions, labels));
          // One that ends behind another and starts before it holds it.
          if (start >= lastEnd && loop.multiplies() > 0) {
            loops.add(loop);
            lastEnd = opcodes.size();
          }
        }
      }
    }
    return loops;
  }
}
