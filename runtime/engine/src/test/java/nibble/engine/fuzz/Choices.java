package nibble.engine.fuzz;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Random choices among what is written. */
record Choices(Random random) {
  @SafeVarargs
  final <T> T of(T... these) {
    return these[random.nextInt(these.length)];
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** One of these at a probability, else nothing. */
  Optional<String> maybe(double probability, String... these) {
    return chance(probability) ? Optional.of(of(these)) : Optional.empty();
  }

  /** A pass with the options that are there. */
  @SafeVarargs
  final String pass(String name, Optional<String>... options) {
    List<String> given = Stream.of(options).flatMap(Optional::stream).toList();
    return given.isEmpty() ? name : given.stream().collect(Collectors.joining(", ", name + "{", "}"));
  }
}
