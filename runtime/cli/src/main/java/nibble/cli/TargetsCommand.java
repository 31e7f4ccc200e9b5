package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists targets. */
@Command(
    name = "targets", mixinStandardHelpOptions = true,
    description = "Lists the targets of code generation, with a card of each and its dense tensor rates.")
final class TargetsCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private JsonSwitch json = new JsonSwitch();

  TargetsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (json.isOn()) {
      ObjectNode node = Json.object();
      ArrayNode targets = node.putArray("targets");
      Targets.all().forEach(target -> targets.add(json(target)));
      Json.print(node, streams.out());
      return ExitCode.OK.code();
    }
    for (Target target : Targets.all()) {
      String rates = target.rates().keySet().stream().map(rate -> rate.key()).collect(Collectors.joining(", "));
      streams.out().println(String.format(
          Locale.ROOT, "%-8s PTX %-4s %-24s %4d SMs, %3d KiB shared per block; tensor cores take %s", target.name(),
          target.minimumPtx(), target.part().name(), target.part().multiprocessors(),
          target.limits().sharedPerBlock() / 1024, rates));
    }
    return ExitCode.OK.code();
  }

  private static ObjectNode json(Target target) {
    ObjectNode node = Json.object();
    node.put("name", target.name());
    node.put("minimumPtx", target.minimumPtx().toString());
    node.put("part", target.part().name());
    node.put("multiprocessors", target.part().multiprocessors());
    node.put("clockMhz", target.part().clockMhz());
    node.put("memoryGbPerSecond", target.part().memoryGigabytesPerSecond());
    node.put("sharedBytesPerBlock", target.limits().sharedPerBlock());
    node.put("registersPerThread", target.limits().registersPerThread());
    ObjectNode rates = node.putObject("multiplyAddsPerClock");
    target.rates().forEach((rate, value) -> rates.put(rate.key(), value));
    ObjectNode features = node.putObject("features");
    target.features().forEach((feature, support) ->
        features.put(feature.key(), support.name().toLowerCase(Locale.ROOT)));
    return node;
  }
}
