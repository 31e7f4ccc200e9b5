package nibble.codegen.tile;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;

/**
 * Programs of Tile IR as text. Types are short in it: {@code $f32} is a scalar, {@code $f32:8} a tile of eight elements
 * in the registers of a thread, {@code $f32:2x4} one of two rows, {@code $shared:f32} four stages of eight elements.
 */
final class TileText {
  private static final Registry REGISTRY = Registry.core().with(List.of(new TileDialect()));
  private static final Pattern TYPE = Pattern.compile("\\$(\\w+)(?::(\\w+))?");
  private static final ImmutableMap<String, String> LAYOUTS = ImmutableMap.of(
      "8", "{register: [[1], [2], [4]]} -> {dim0: 8}",
      "4", "{register: [[1], [2]]} -> {dim0: 4}",
      "256", "{register: [[1], [2], [4], [8], [16], [32], [64], [128]]} -> {dim0: 256}",
      "2x4", "{register: [[0, 1], [0, 2], [1, 0]]} -> {dim0: 2, dim1: 4}",
      "4x2", "{register: [[0, 1], [1, 0], [2, 0]]} -> {dim0: 4, dim1: 2}",
      "2x2", "{register: [[0, 1], [1, 0]]} -> {dim0: 2, dim1: 2}",
      "2x1", "{register: [[1, 0]]} -> {dim0: 2, dim1: 1}",
      "4x1", "{register: [[1, 0], [2, 0]]} -> {dim0: 4, dim1: 1}",
      "1x4", "{register: [[0, 1], [0, 2]]} -> {dim0: 1, dim1: 4}",
      // The same elements, spread over lanes.
      "lanes", "{lane: [[1], [2], [4]]} -> {dim0: 8}");

  private TileText() {}

  /** A verified program. */
  static Function program(String parameters, String body) {
    String text = """
        module @t {
          symbol S
          func @k(%s) {
            launch {grid = [1, 1, 1], warps = 1}
        %s
            return
          }
        }
        """.formatted(parameters, expanded(body).indent(4));
    Module module = Parser.parse(text, "test", REGISTRY);
    Verifier.require(module);
    return module.functions().get("k");
  }

  private static String expanded(String body) {
    return TYPE.matcher(body).replaceAll(match -> {
      String layout = match.group(2);
      String type = match.group(1).equals("shared")
          ? "shared<" + layout + ", 4, \"{offset: [[1], [2], [4]]} -> {dim0: 8}\">"
          : "tile<" + match.group(1) + (layout == null ? "" : ", \"" + LAYOUTS.get(layout) + "\"") + ">";
      return type.replace("$", "\\$");
    });
  }

  /** The body of a program, one operation a line, without its types. */
  static String body(Function program) {
    List<String> lines = Printer.print(Module.of("t", List.of(), List.of(program)), REGISTRY).lines().toList();
    return lines.subList(2, lines.size() - 3).stream()
        .map(line -> line.substring(4).replaceAll("(:| :) (tile|shared|buffer)<[^>]*-> [^>]*>", "")
            .replaceAll("(:| :|,) (tile|buffer)<\\w+>", ""))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Runs a program; its buffers have these contents, and stores change them. */
  static void run(Function program, Map<String, Long> sizes, double[]... buffers) {
    List<TileValue.Buffer> values = new ArrayList<>();
    for (int i = 0; i < buffers.length; i++) {
      values.add(new TileValue.Buffer((BufferType) program.parameters().get(i).type(), buffers[i]));
    }
    TileInterpreter.run(program, values, sizes);
  }
}
