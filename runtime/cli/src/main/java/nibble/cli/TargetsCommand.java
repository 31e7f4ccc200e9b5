package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists targets. */
@Command(
    name = "targets", mixinStandardHelpOptions = true,
    description = "Lists the targets of code generation, with a card of each and its dense tensor rates, or tells all "
        + "about one.")
final class TargetsCommand implements Callable<Integer> {
  private final Streams streams;
  @Mixin private JsonSwitch json = new JsonSwitch();

  @Parameters(arity = "0..1", paramLabel = "TARGET", description = "The target to tell about.")
  private Optional<String> target;

  TargetsCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    List<Target> shown = target.map(name -> List.of(Targets.get(name))).orElse(Targets.all());
    if (json.isOn()) {
      ObjectNode node = Json.object();
      ArrayNode targets = node.putArray("targets");
      shown.forEach(one -> targets.add(json(one)));
      Json.print(node, streams.out());
      return ExitCode.OK.code();
    }
    for (Target one : shown) {
      String rates = one.rates().keySet().stream().map(rate -> rate.key()).collect(Collectors.joining(", "));
      streams.out().println(String.format(
          Locale.ROOT, "%-8s PTX %-4s %-24s %4d SMs, %3d KiB shared per block; tensor cores take %s", one.name(),
          one.minimumPtx(), one.part().name(), one.part().multiprocessors(),
          one.limits().sharedPerBlock() / 1024, rates));
      if (target.isPresent()) {
        tell(one);
      }
    }
    return ExitCode.OK.code();
  }

  private void tell(Target one) {
    streams.out().println(String.format(
        Locale.ROOT, "  %d MHz, %d GB/s, %d registers for a thread at most", one.part().clockMhz(),
        Math.round((double) one.part().memoryGigabytesPerSecond()), one.limits().registersPerThread()));
    one.rates().forEach((rate, value) -> streams.out().println(
        "  multiply-adds of an SM in a clock, " + rate.key() + ": " + value));
    one.features().forEach((feature, support) -> streams.out().println(
        "  " + feature.key() + ": " + support.name().toLowerCase(Locale.ROOT)));
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
