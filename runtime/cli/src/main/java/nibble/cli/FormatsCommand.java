package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import nibble.ir.Catalog;
import nibble.ir.Catalog.LayoutEntry;
import nibble.ir.format.NumberFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the parts that precision types are made of. */
@Command(
    name = "formats", mixinStandardHelpOptions = true,
    description = "Lists the parts of types: number formats, granularities and rules of scales, sparse layouts.")
final class FormatsCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private PluginParameters plugins = new PluginParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  FormatsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Catalog catalog = Catalog.of(plugins.toolchain().registry());
    if (json.isOn()) {
      Json.print(json(catalog), streams.out());
    } else {
      print(catalog);
    }
    return ExitCode.OK.code();
  }

  private void print(Catalog catalog) {
    PrintWriter out = streams.out();
    out.println("number formats");
    catalog.formats().forEach(entry -> {
      NumberFormat format = entry.format();
      out.println(String.format(
          Locale.ROOT, "  %-6s %2d bits  up to %-12.6g %s", format.name(), format.bits(), format.max(),
          format.summary()));
    });
    layouts("\nscales, as in tensor<[M,K] x i8, scale<GRANULARITY, f32>>", catalog.granularities());
    layouts("\nrules of scales, as in tensor<[M,K] x e4m3, scale<group 32, ue8m0, RULE>>", catalog.scaleRules());
    layouts("\nsparse layouts, as in tensor<[M,K] x i8, sparse<LAYOUT>>", catalog.sparseLayouts());
  }

  private void layouts(String title, ImmutableList<LayoutEntry> entries) {
    streams.out().println(title);
    entries.forEach(entry ->
        streams.out().println(String.format("  %-16s %s", entry.example(), entry.summary())));
  }

  private static ObjectNode json(Catalog catalog) {
    ObjectNode node = Json.object();
    ArrayNode formats = node.putArray("formats");
    catalog.formats().forEach(entry -> {
      ObjectNode described = formats.addObject();
      described.put("name", entry.format().name());
      described.put("dialect", entry.dialect());
      described.put("bits", entry.format().bits());
      described.put("max", entry.format().max());
      described.put("summary", entry.format().summary());
    });
    layouts(node.putArray("granularities"), catalog.granularities());
    layouts(node.putArray("scaleRules"), catalog.scaleRules());
    layouts(node.putArray("sparseLayouts"), catalog.sparseLayouts());
    return node;
  }

  private static void layouts(ArrayNode node, ImmutableList<LayoutEntry> entries) {
    entries.forEach(entry -> {
      ObjectNode described = node.addObject();
      described.put("example", entry.example());
      described.put("dialect", entry.dialect());
      described.put("summary", entry.summary());
    });
  }
}
