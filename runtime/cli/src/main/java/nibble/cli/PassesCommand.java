package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import nibble.ir.diagnostic.Suggestion;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.pipeline.PassType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists passes. */
@Command(
    name = "passes", mixinStandardHelpOptions = true,
    description = "Lists the passes, or tells all about one: what it does, what to the numbers, and its options.")
final class PassesCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private PluginParameters plugins = new PluginParameters();
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Parameters(arity = "0..1", paramLabel = "PASS", description = "The pass to tell about.")
  private Optional<String> pass;

  PassesCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    PassRegistry registry = plugins.toolchain().passes();
    Collection<PassType> shown = pass.isPresent() ? List.of(named(registry, pass.get())) : registry.passes().values();
    if (json.isOn()) {
      ObjectNode node = Json.object();
      ArrayNode passes = node.putArray("passes");
      shown.forEach(type -> passes.add(json(type)));
      Json.print(node, streams.out());
      return ExitCode.OK.code();
    }
    for (PassType type : shown) {
      streams.out().println(String.format("%-22s %s", type.name(), type.info().summary()));
      if (pass.isPresent()) {
        streams.out().println(String.format("%-22s numbers: %s", "", effect(type)));
        type.options().forEach(option -> streams.out().println(String.format(
            "%-22s %s: %s%s", "", option.name(), option.summary(),
            option.otherwise().isEmpty() ? "" : " (" + option.otherwise() + " unless given)")));
      }
    }
    return ExitCode.OK.code();
  }

  private static PassType named(PassRegistry registry, String name) {
    PassType type = registry.passes().get(name);
    if (type == null) {
      throw new UsageException(
          "there is no pass '" + name + "'",
          Suggestion.didYouMean(name, registry.passes().keySet())
              .orElse("there are " + String.join(", ", registry.passes().keySet())));
    }
    return type;
  }

  private static String effect(PassType type) {
    return type.info().effect().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static ObjectNode json(PassType type) {
    ObjectNode node = Json.object();
    node.put("name", type.name());
    node.put("summary", type.info().summary());
    node.put("effect", effect(type));
    ArrayNode options = node.putArray("options");
    type.options().forEach(option -> {
      ObjectNode entry = options.addObject();
      entry.put("name", option.name());
      entry.put("summary", option.summary());
      entry.put("otherwise", option.otherwise());
      entry.put("arity", option.arity().name().toLowerCase(Locale.ROOT));
    });
    return node;
  }
}
