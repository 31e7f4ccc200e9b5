package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.ir.Catalog;
import nibble.ir.Catalog.FormatEntry;
import nibble.ir.Catalog.LayoutEntry;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.ForeignFormats;
import nibble.ir.format.NumberFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists the parts that precision types are made of. */
@Command(
    name = "formats", mixinStandardHelpOptions = true,
    description = "Lists the parts of types: number formats, granularities and rules of scales, sparse layouts; or "
        + "tells all about one number format.")
final class FormatsCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private PluginParameters plugins = new PluginParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Parameters(arity = "0..1", paramLabel = "FORMAT", description = "The number format to tell about.")
  private Optional<String> format;

  FormatsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    Catalog catalog = Catalog.of(plugins.toolchain().registry());
    if (format.isPresent()) {
      tell(named(catalog, format.get()));
    } else if (json.isOn()) {
      Json.print(json(catalog), streams.out());
    } else {
      print(catalog);
    }
    return ExitCode.OK.code();
  }

  private static FormatEntry named(Catalog catalog, String name) {
    List<String> names = catalog.formats().stream().map(entry -> entry.format().name()).toList();
    return catalog.formats().stream().filter(entry -> entry.format().name().equals(name)).findFirst()
        .orElseThrow(() -> new UsageException(
            "there is no number format '" + name + "'",
            ForeignFormats.hint(name).or(() -> Suggestion.didYouMean(name, names))
                .orElse("there are " + String.join(", ", names))));
  }

  private void tell(FormatEntry entry) {
    FormatValues values = FormatValues.of(entry.format());
    if (json.isOn()) {
      ObjectNode node = Json.object();
      ObjectNode described = describe(node.putArray("formats").addObject(), entry);
      values.addTo(described);
      Json.print(node, streams.out());
      return;
    }
    streams.out().println(line(entry.format()));
    values.text().forEach(text -> streams.out().println("  " + text));
    streams.out().println("  dialect: " + entry.dialect());
  }

  private static String line(NumberFormat format) {
    return String.format(
        Locale.ROOT, "%-6s %2d bits  up to %-12.6g %s", format.name(), format.bits(), format.max(), format.summary());
  }

  private void print(Catalog catalog) {
    PrintWriter out = streams.out();
    out.println("number formats");
    catalog.formats().forEach(entry -> out.println("  " + line(entry.format())));
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
    catalog.formats().forEach(entry -> describe(formats.addObject(), entry));
    layouts(node.putArray("granularities"), catalog.granularities());
    layouts(node.putArray("scaleRules"), catalog.scaleRules());
    layouts(node.putArray("sparseLayouts"), catalog.sparseLayouts());
    return node;
  }

  private static ObjectNode describe(ObjectNode described, FormatEntry entry) {
    return described
        .put("name", entry.format().name())
        .put("dialect", entry.dialect())
        .put("bits", entry.format().bits())
        .put("max", entry.format().max())
        .put("summary", entry.format().summary());
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
