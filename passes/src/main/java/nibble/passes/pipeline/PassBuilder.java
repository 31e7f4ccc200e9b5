package nibble.passes.pipeline;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import nibble.ir.Registry;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.passes.Pass;
import nibble.passes.pipeline.PassText.OptionText;
import nibble.passes.pipeline.PassText.Place;
import nibble.passes.pipeline.PassType.Option;
import nibble.passes.pipeline.Quoting.Item;

/** Makes one pass from its text; collects all that is wrong with it. */
final class PassBuilder {
  private final PassType type;
  private final PassText text;
  private final Registry registry;
  private final List<Diagnostic> diagnostics;
  private final Map<Option, Object> values = new HashMap<>();
  private final Map<String, Object> rest = new LinkedHashMap<>();

  PassBuilder(PassType type, PassText text, Registry registry, List<Diagnostic> diagnostics) {
    this.type = type;
    this.text = text;
    this.registry = registry;
    this.diagnostics = diagnostics;
  }

  /** The pass; nothing where something is wrong. */
  Optional<Pipeline.Step> build() {
    int before = diagnostics.size();
    text.options().forEach(this::option);
    for (Option option : type.options()) {
      if (option.isRequired() && !values.containsKey(option) && diagnostics.size() == before) {
        report(Diagnostic.error(type.name() + " needs the option '" + option.name() + "'", text.location())
            .underlining(text.name().length())
            .hint(option.name() + " is " + option.syntax().description() + ": " + option.summary()));
      }
    }
    if (diagnostics.size() > before) {
      return Optional.empty();
    }
    ImmutableMap<String, ImmutableList<Place>> places = text.options().stream().collect(
        ImmutableMap.toImmutableMap(OptionText::name, OptionText::items));
    Place name = new Place(text.location(), text.name().length());
    return make().map(pass -> new Pipeline.Step(pass, name, places));
  }

  private Optional<Pass> make() {
    type.rest().ifPresent(option -> values.put(option, ImmutableMap.copyOf(rest)));
    Object[] components = type.options().stream()
        .map(option -> values.containsKey(option) ? values.get(option) : option.absent(registry))
        .toArray();
    try {
      return Optional.of(type.make(components));
    } catch (IllegalArgumentException e) {
      report(Diagnostic.error(type.name() + ": " + e.getMessage(), text.location()).underlining(text.name().length()));
      return Optional.empty();
    }
  }

  private void option(OptionText given) {
    Optional<Option> option = type.option(given.name()).or(type::rest);
    if (option.isEmpty()) {
      ImmutableList<String> known = type.options().stream().map(Option::name).collect(ImmutableList.toImmutableList());
      String hint = Suggestion.didYouMean(given.name(), known)
          .orElse(known.isEmpty() ? type.name() + " has no options" : "its options are " + String.join(", ", known));
      report(at(given.at(), type.name() + " has no option '" + given.name() + "'").hint(hint));
      return;
    }
    Object value = value(option.get(), given);
    Object other = option.get().arity() == PassType.Arity.REST
        ? rest.putIfAbsent(given.name(), value)
        : values.putIfAbsent(option.get(), value);
    if (other != null) {
      report(at(given.at(), "the option '" + given.name() + "' is given twice"));
    }
  }

  private Object value(Option option, OptionText given) {
    return switch (option.arity()) {
      case ONE, REST -> one(option, given.value(), given.place());
      case OPTIONAL -> Optional.of(one(option, given.value(), given.place()));
      case LIST -> {
        ImmutableList<Item> items = Quoting.items(given.value());
        yield IntStream.range(0, items.size())
            .mapToObj(i -> one(option, items.get(i).text(), given.items().get(i)))
            .collect(ImmutableList.toImmutableList());
      }
    };
  }

  private Object one(Option option, String text, Place place) {
    try {
      return option.syntax().parse().apply(text, registry);
    } catch (NumberFormatException e) {
      report(at(place, "'" + text + "' is not " + option.syntax().description()));
    } catch (InputException e) {
      Diagnostic cause = e.diagnostics().getFirst();
      Diagnostic placed = at(place, cause.message());
      report(cause.hint().map(placed::hint).orElse(placed));
    } catch (IllegalArgumentException e) {
      report(at(place, e.getMessage()));
    }
    return "unreadable"; // Never seen: something was reported, so nothing is made.
  }

  private static Diagnostic at(Place place, String message) {
    return Diagnostic.error(message, place.location()).underlining(place.length());
  }

  private void report(Diagnostic diagnostic) {
    diagnostics.add(diagnostic);
  }
}
