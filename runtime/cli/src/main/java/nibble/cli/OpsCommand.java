package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.ir.Catalog;
import nibble.ir.Catalog.OpEntry;
import nibble.ir.diagnostic.Suggestion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists ops. */
@Command(
    name = "ops", mixinStandardHelpOptions = true,
    description = "Lists the ops of the IR, or tells all about one: what it computes, where it rounds, its attributes.")
final class OpsCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private PluginParameters plugins = new PluginParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Parameters(arity = "0..1", paramLabel = "OP", description = "The op to tell about.")
  private Optional<String> op;

  OpsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    List<OpEntry> ops = Catalog.of(plugins.toolchain().registry()).ops();
    List<OpEntry> shown = op.map(name -> List.of(named(ops, name))).orElse(ops);
    if (json.isOn()) {
      ObjectNode node = Json.object();
      ArrayNode entries = node.putArray("ops");
      shown.forEach(entry -> entries.add(json(entry)));
      Json.print(node, streams.out());
      return ExitCode.OK.code();
    }
    for (OpEntry entry : shown) {
      streams.out().println(String.format("%-18s %s", entry.name(), entry.summary()));
      if (op.isPresent()) {
        streams.out().println(String.format("%-18s written: %s", "", entry.syntax()));
        streams.out().println(String.format("%-18s rounding: %s", "", entry.rounding()));
        streams.out().println(String.format("%-18s dialect: %s", "", entry.dialect()));
      }
    }
    return ExitCode.OK.code();
  }

  private static OpEntry named(List<OpEntry> ops, String name) {
    List<String> names = ops.stream().map(OpEntry::name).toList();
    return ops.stream().filter(entry -> entry.name().equals(name)).findFirst().orElseThrow(() -> new UsageException(
        "there is no op '" + name + "'",
        Suggestion.didYouMean(name, names).orElse("there are " + String.join(", ", names))));
  }

  private static ObjectNode json(OpEntry entry) {
    ObjectNode node = Json.object();
    node.put("name", entry.name());
    node.put("dialect", entry.dialect());
    node.put("summary", entry.summary());
    node.put("rounding", entry.rounding());
    node.put("syntax", entry.syntax());
    ArrayNode attributes = node.putArray("attributes");
    entry.attributes().forEach(attribute -> {
      ObjectNode described = attributes.addObject();
      described.put("name", attribute.name());
      described.put("values", attribute.values());
      described.put("optional", attribute.isOptional());
    });
    return node;
  }
}
