package nibble.passes.precision;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.TypeRuleException;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.ForeignFormats;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.ScaleRules;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.text.TextReader;

/** Reads the text of a {@link LayoutSpec}. A space between two words of a part is as good as a colon. */
final class LayoutReader {
  private static final Pattern GRANULARITY = Pattern.compile("(\\w+?)\\s*(\\d+|\\([\\d\\s,]*\\))?");
  private static final Pattern CALL = Pattern.compile("(\\w+)\\s*\\((.*)\\)");
  private static final Pattern SECOND_WORD = Pattern.compile("(.*[\\w)])\\s+([A-Za-z_]\\w*(?:\\(.*\\))?)");
  private static final Granularity ANY = new Granularities.PerTensor();

  private final String text;
  private final Registry registry;
  private final Deque<String> parts = new ArrayDeque<>();

  LayoutReader(String text, Registry registry) {
    this.text = text;
    this.registry = registry;
    for (String part : Splitter.on(':').trimResults().split(text)) {
      parts.addAll(words(part));
    }
  }

  private static List<String> words(String part) {
    List<String> words = new ArrayList<>();
    String rest = part;
    Matcher matcher = SECOND_WORD.matcher(rest);
    while (matcher.matches()) {
      words.addFirst(matcher.group(2));
      rest = matcher.group(1);
      matcher = SECOND_WORD.matcher(rest);
    }
    words.addFirst(rest);
    return words;
  }

  LayoutSpec read() {
    if (parts.size() < 2) {
      throw new InputException(
          "'" + text + "' is no layout",
          "a layout is FORMAT:GRANULARITY or more, such as i8:token or e2m1:group 16:ue4m3:tensor f32");
    }
    LayoutSpec spec = new LayoutSpec(format(parts.pop()), granularity(parts.pop()));
    if (isNext(registry.formats().keySet())) {
      spec = spec.withScale(format(parts.pop()));
    }
    spec = spec.withRule(rule());
    if (isNext(registry.granularities().keySet())) {
      spec = spec.withOuter(outer());
    }
    while (!parts.isEmpty()) {
      spec = more(spec, parts.pop());
    }
    check(spec);
    return spec;
  }

  /** Whether the next part is one of these words, perhaps with numbers. */
  private boolean isNext(ImmutableSet<String> words) {
    String next = parts.peek();
    Matcher matcher = GRANULARITY.matcher(next == null ? "" : next);
    return next != null && (words.contains(next) || matcher.matches() && words.contains(matcher.group(1)));
  }

  private ScaleRule rule() {
    return isNext(registry.scaleRules().keySet())
        ? registry.scaleRule(parts.pop()).orElseThrow() : ScaleRules.NEAREST;
  }

  private ScaleLayout outer() {
    String boxes = parts.pop();
    Granularity granularity = granularity(boxes).orElseThrow();
    NumberFormat format = isNext(registry.formats().keySet()) ? format(parts.pop()) : Formats.F32;
    return layout(() -> new ScaleLayout(granularity, format, rule(), Optional.empty(), Optional.empty()));
  }

  private LayoutSpec more(LayoutSpec spec, String part) {
    Matcher call = CALL.matcher(part);
    String word = call.matches() ? call.group(1) : part;
    List<String> arguments = call.matches()
        ? Splitter.on(',').trimResults().splitToList(call.group(2)) : List.of();
    if (word.equals(LayoutSpec.ZERO) && spec.zero().isEmpty() && arguments.size() == 1) {
      return spec.withZero(format(arguments.getFirst()));
    }
    if (word.equals(LayoutSpec.RESIDUAL) && spec.residual().isEmpty() && !arguments.isEmpty()
        && arguments.size() <= 2) {
      return spec.withResidual(format(arguments.getFirst()), arguments.size() == 1 ? 0 : magnitude(arguments.get(1)));
    }
    return spec.withRounding(rounding(part));
  }

  private RoundingMode rounding(String part) {
    try {
      TextReader reader = new TextReader(part, "a layout", registry);
      RoundingMode rounding = reader.roundingMode();
      if (reader.atEnd()) {
        return rounding;
      }
    } catch (InputException e) {
      // Said below, of the whole layout.
    }
    throw new InputException(
        "'" + part + "' in '" + text + "' is no part of a layout here",
        "behind format and granularity stand, as far as they are wanted and in this order, a format of scales, a rule, "
            + "outer scales such as tensor f32, zero(u8), residual(i8,4.0), a rounding such as stochastic(7,0)");
  }

  private static double magnitude(String number) {
    try {
      double magnitude = Double.parseDouble(number);
      if (magnitude >= 0) {
        return magnitude;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new InputException("the threshold of a residual is a magnitude, not " + number);
  }

  private void check(LayoutSpec spec) {
    if (spec.format().min() >= 0 && spec.zero().isEmpty()) {
      throw new InputException(
          "the format " + spec.format().name() + " holds no negative numbers",
          "symmetric quantization takes a signed format; an unsigned one goes with zero points, such as "
              + "u4:group 128:f16:zero(u4)");
    }
    NumberFormat codes = spec.format();
    spec.zero().filter(zero -> codes.isInteger() && (zero.min() > codes.min() || zero.max() < codes.max()))
        .ifPresent(zero -> {
          throw new InputException(
              "zero points of " + zero.name() + " can't be every code of " + codes.name(),
              "a box whose 0 is another code would be clipped; take zero(" + codes.name() + "), or a wider format");
        });
    // Parts that exclude each other do so for every tensor.
    layout(() -> spec.quantize(
        TensorType.of(Shape.of(Dim.ONE, Dim.ONE), Formats.F64), ANY, spec.outer().map(outer -> ANY)));
  }

  private static <T> T layout(Supplier<T> made) {
    try {
      return made.get();
    } catch (IllegalArgumentException | TypeRuleException e) {
      throw new InputException(e.getMessage());
    }
  }

  private NumberFormat format(String name) {
    return registry.format(name).orElseThrow(() -> new InputException(
        "there is no number format '" + name + "'",
        ForeignFormats.hint(name).or(() -> Suggestion.didYouMean(name, registry.formats().keySet()))
            .orElse("formats are " + String.join(", ", registry.formats().keySet()))));
  }

  private Optional<Granularity> granularity(String part) {
    if (part.equals(LayoutSpec.CHANNEL)) {
      return Optional.empty();
    }
    Matcher matcher = GRANULARITY.matcher(part);
    String keyword = matcher.matches() ? matcher.group(1) : part;
    Function<List<Long>, Granularity> maker = registry.granularity(keyword).orElseThrow(() -> unknown(keyword));
    ImmutableList<Long> numbers = numbers(matcher.group(2));
    try {
      Granularity made = maker.apply(numbers);
      if (made.arguments().size() != numbers.size()) {
        throw new IndexOutOfBoundsException();
      }
      return Optional.of(made);
    } catch (IndexOutOfBoundsException e) {
      throw new InputException("'" + keyword + "' takes another count of numbers than " + numbers.size());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new InputException("'" + part + "': " + e.getMessage());
    }
  }

  private static ImmutableList<Long> numbers(String digits) {
    return digits == null
        ? ImmutableList.of()
        : Splitter.on(',').trimResults().omitEmptyStrings().splitToStream(digits.replaceAll("[()]", ""))
            .map(LayoutReader::number).collect(ImmutableList.toImmutableList());
  }

  private static Long number(String digits) {
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new InputException("the number " + digits + " is too large");
    }
  }

  private InputException unknown(String keyword) {
    ImmutableSet<String> known =
        ImmutableSet.<String>builder().add(LayoutSpec.CHANNEL).addAll(registry.granularities().keySet()).build();
    return new InputException(
        "there is no granularity '" + keyword + "'",
        Suggestion.didYouMean(keyword, known).orElse("granularities are " + String.join(", ", known)));
  }
}
