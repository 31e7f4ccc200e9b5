package nibble.emulator.check;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A kernel with a fault, and without. Files of them say for each how it is launched, what is to be found under every
 * schedule, what else may follow from it under some, and the kernel's body, where lines with a minus are in the faulty
 * kernel only and those with a plus in the repaired one only; {@code //!} marks the lines that findings are about. The
 * body has registers for its thread, its buffers and its tile of shared memory; what it leaves in {@code %d} is stored.
 */
public record PlantedFault(
    String name, String target, String version, int grid, int block, int dynamicShared, List<Set<String>> kinds,
    Set<String> consequences, List<String> body, List<String> function) {
  private static final String PRELUDE =
      """
      .version VERSION
      .target TARGET
      .address_size 64
      .global .u32 counter;
      .const .align 4 .u32 table[4] = {1, 2, 3, 4};
      .extern .shared .align 16 .b8 dynamic[];
      FUNCTION
      .visible .entry k(.param .u64 x, .param .u64 y, .param .u64 flag, .param .u64 freed, .param .u64 out)
      {
      .reg .b32 %t, %l, %w, %b, %n, %d, %off, %own, %tile, %all, %r<16>;
      .reg .b64 %x, %y, %flag, %freed, %out, %at, %mine, %rd<8>;
      .reg .b16 %h<4>; .reg .f32 %f<4>; .reg .pred %p<8>;
      .shared .align 16 .b8 tile[4096];
      .local .align 8 .b8 stack[64];
      ld.param.u64 %x, [x];
      ld.param.u64 %y, [y];
      ld.param.u64 %flag, [flag];
      ld.param.u64 %freed, [freed];
      ld.param.u64 %out, [out];
      mov.u32 %t, %tid.x;
      mov.u32 %b, %ctaid.x;
      mov.u32 %n, %ntid.x;
      and.b32 %l, %t, 31;
      shr.u32 %w, %t, 5;
      shl.b32 %off, %t, 2;
      mov.u32 %tile, tile;
      add.u32 %own, %tile, %off;
      mad.lo.u32 %all, %b, %n, %t;
      mul.wide.u32 %at, %all, 4;
      add.u64 %mine, %x, %at;
      add.u64 %out, %out, %at;
      cvt.u16.u32 %h1, %t;
      mov.u32 %d, 0;
      BODY
      st.global.u32 [%out], %d;
      ret;
      }
      """;

  /** All files of faults. */
  public static final List<String> FILES =
      List.of("race-shared.faults", "race-global.faults", "copies.faults", "init.faults", "memory.faults",
          "together.faults", "async.faults", "matrices.faults");

  /** The faults of a file. */
  public static List<PlantedFault> read(String file) {
    try (InputStream stream = PlantedFault.class.getResourceAsStream(file)) {
      String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(text.split("(?m)^=== ")).filter(it -> !it.isBlank()).map(PlantedFault::parse).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static PlantedFault parse(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    String name = lines.remove(0);
    String[] target = {"sm_80", "7.7"};
    if (lines.get(0).startsWith("target ")) {
      target = lines.remove(0).substring(7).split(" ");
    }
    String[] launch = lines.remove(0).split(" ");
    List<Set<String>> kinds =
        Arrays.stream(lines.remove(0).substring(5).split(" ")).map(it -> Set.of(it.split("\\|"))).toList();
    Set<String> consequences = new TreeSet<>();
    if (lines.get(0).startsWith("may ")) {
      consequences.addAll(List.of(lines.remove(0).substring(4).split(" ")));
    }
    int cut = lines.indexOf("function");
    return new PlantedFault(
        name, target[0], target[1], Integer.parseInt(launch[1]), Integer.parseInt(launch[2]),
        launch.length > 3 ? Integer.parseInt(launch[4]) : 0, kinds, consequences,
        cut < 0 ? lines : lines.subList(0, cut), cut < 0 ? List.of() : lines.subList(cut + 1, lines.size()));
  }

  /** The kernel's module with the fault, or without. */
  public String text(boolean isFaulty) {
    return PRELUDE
        .replace("VERSION", version)
        .replace("TARGET", target)
        .replace("FUNCTION", choose(function, isFaulty))
        .replace("BODY", choose(body, isFaulty));
  }

  private static String choose(List<String> lines, boolean isFaulty) {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      char mark = line.isEmpty() ? ' ' : line.charAt(0);
      boolean isMarked = mark == '+' || mark == '-';
      if (!isMarked || mark == (isFaulty ? '-' : '+')) {
        text.append(isMarked ? line.substring(1) : line).append('\n');
      }
    }
    return text.toString();
  }

  /** The lines of the faulty module that findings must be about. */
  Set<Integer> markedLines() {
    Set<Integer> marked = new TreeSet<>();
    List<String> lines = text(true).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains("//!")) {
        marked.add(i + 1);
      }
    }
    return marked;
  }
}
