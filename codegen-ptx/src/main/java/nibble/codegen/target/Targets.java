package nibble.codegen.target;

import static com.google.common.base.Preconditions.checkState;
import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The table of targets, {@code targets.txt} beside this class. */
public final class Targets {
  private static final ImmutableList<Target> ALL = load();

  private Targets() {}

  /** All targets, the oldest first. */
  public static ImmutableList<Target> all() {
    return ALL;
  }

  /** The target of that name. Throws {@link UnknownTargetException}, which names those that come close. */
  public static Target get(String name) {
    return ALL.stream().filter(target -> target.name().equals(name)).findFirst()
        .orElseThrow(() -> new UnknownTargetException(name, ALL.stream().map(Target::name).toList()));
  }

  private static ImmutableList<Target> load() {
    URL resource = Targets.class.getResource("targets.txt");
    checkState(resource != null, "targets.txt is not on the class path");
    try (var stream = resource.openStream()) {
      return read(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ImmutableList<Target> read(String text) {
    List<String> lines = text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    List<String> names = words(lines.getFirst());
    Map<String, List<String>> facts = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> words = words(line);
      int keyWords = words.size() - names.size();
      checkState(keyWords > 0, "not a value for each target: %s", line);
      List<String> values = words.subList(keyWords, words.size());
      checkState(facts.put(String.join(" ", words.subList(0, keyWords)), values) == null, "twice: %s", line);
    }
    ImmutableList.Builder<Target> targets = ImmutableList.builder();
    for (int i = 0; i < names.size(); i++) {
      targets.add(new Column(facts, i).target(names.get(i)));
    }
    return targets.build();
  }

  private static List<String> words(String line) {
    return Arrays.stream(line.trim().split("\\s+")).collect(toImmutableList());
  }

  /** The facts of one target. */
  private record Column(Map<String, List<String>> facts, int index) {
    Target target(String name) {
      return new Target(name, PtxVersion.parse(text("ptx")), limits(), part(), features(), rates(), arithmetic());
    }

    private Limits limits() {
      return new Limits(
          number("registers-per-sm"),
          number("registers-per-thread"),
          number("threads-per-block"),
          number("warps-per-sm"),
          number("blocks-per-sm"),
          number("shared-kb-per-sm") * 1024,
          number("shared-kb-per-block") * 1024,
          number("shared-kb-static") * 1024);
    }

    private Part part() {
      return new Part(text("part"), number("multiprocessors"), number("clock-mhz"), number("memory-gb-per-s"));
    }

    private ImmutableMap<Feature, Feature.Support> features() {
      ImmutableMap.Builder<Feature, Feature.Support> features = ImmutableMap.builder();
      for (Feature feature : Feature.values()) {
        switch (text("feature " + feature.key())) {
          case "yes" -> features.put(feature, Feature.Support.NATIVE);
          case "emulated" -> features.put(feature, Feature.Support.EMULATED);
          case "-" -> { }
          case String other -> throw new IllegalStateException(feature + ": " + other);
        }
      }
      return features.buildOrThrow();
    }

    private ImmutableMap<TensorRate, Integer> rates() {
      ImmutableMap.Builder<TensorRate, Integer> rates = ImmutableMap.builder();
      for (TensorRate rate : TensorRate.values()) {
        present("rate " + rate.key()).ifPresent(value -> rates.put(rate, Integer.parseInt(value)));
      }
      return rates.buildOrThrow();
    }

    private ImmutableMap<TensorFormat, TensorArithmetic> arithmetic() {
      ImmutableMap.Builder<TensorFormat, TensorArithmetic> arithmetic = ImmutableMap.builder();
      for (TensorFormat format : TensorFormat.values()) {
        present("arithmetic " + format.key()).ifPresent(value -> arithmetic.put(format, arithmetic(value)));
      }
      return arithmetic.buildOrThrow();
    }

    private TensorArithmetic arithmetic(String value) {
      boolean viaF16 = value.equals("via-f16");
      String[] numbers = (viaF16 ? text("arithmetic f16") : value).split("/");
      int steps = Integer.parseInt(numbers[2]) * (viaF16 ? 2 : 1);
      return new TensorArithmetic(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), steps, viaF16);
    }

    private Optional<String> present(String key) {
      return Optional.of(text(key)).filter(value -> !value.equals("-"));
    }

    private int number(String key) {
      return Integer.parseInt(text(key));
    }

    private String text(String key) {
      checkState(facts.containsKey(key), "targets.txt has no %s", key);
      return facts.get(key).get(index);
    }
  }
}
