package nibble.passes.precision;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularity;
import nibble.passes.pipeline.OptionSyntax;

/**
 * How an operand of a matrix product is to be quantized: {@code FORMAT:GRANULARITY} or {@code
 * FORMAT:GRANULARITY:SCALE}, such as {@code i8:channel}, {@code e4m3:block(1,128)}, {@code i8:block(32,32):f16}.
 * Granularities are those of the registry ({@code tensor}, {@code token}, {@code axis 0}, {@code block(r,c)}, {@code
 * group n}) and {@code channel}.
 *
 * @param format of the codes
 * @param granularity which elements share a scale; none for {@code channel}, which depends on how the operand is stored
 * @param scale format of the scales; f32 unless given
 */
public record LayoutSpec(NumberFormat format, Optional<Granularity> granularity, NumberFormat scale) {
  /** As an option of passes. */
  public static final OptionSyntax<LayoutSpec> SYNTAX = new OptionSyntax<>(
      LayoutSpec.class, "a format and a granularity such as i8:channel", LayoutSpec::parse, LayoutSpec::toString);

  private static final String CHANNEL = "channel";
  private static final Pattern GRANULARITY = Pattern.compile("(\\w+?)\\s*(\\d+|\\([\\d\\s,]*\\))?");

  /**
   * Reads a layout.
   *
   * @throws InputException where the format or the granularity is unknown
   */
  public static LayoutSpec parse(String text, Registry registry) {
    List<String> parts = Splitter.on(':').trimResults().splitToList(text);
    if (parts.size() < 2 || parts.size() > 3) {
      throw new InputException(
          "'" + text + "' is no layout",
          "a layout is FORMAT:GRANULARITY or FORMAT:GRANULARITY:SCALE, such as i8:token");
    }
    NumberFormat format = format(parts.get(0), registry);
    NumberFormat scale = parts.size() == 3 ? format(parts.get(2), registry) : Formats.F32;
    if (format.min() >= 0) {
      throw new InputException(
          "the format " + format.name() + " holds no negative numbers",
          "quantization is symmetric; take a signed format");
    }
    if (!scale.isFloat()) {
      throw new InputException("scales are floating-point numbers, not " + scale.name());
    }
    return new LayoutSpec(format, granularity(parts.get(1), registry), scale);
  }

  private static NumberFormat format(String name, Registry registry) {
    return registry.format(name).orElseThrow(() -> new InputException(
        "there is no number format '" + name + "'",
        Suggestion.didYouMean(name, registry.formats().keySet())
            .orElse("formats are " + String.join(", ", registry.formats().keySet()))));
  }

  private static Optional<Granularity> granularity(String text, Registry registry) {
    if (text.equals(CHANNEL)) {
      return Optional.empty();
    }
    Matcher matcher = GRANULARITY.matcher(text);
    String keyword = matcher.matches() ? matcher.group(1) : text;
    Function<List<Long>, Granularity> maker =
        registry.granularity(keyword).orElseThrow(() -> unknown(keyword, registry));
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
      throw new InputException("'" + text + "': " + e.getMessage());
    }
  }

  private static ImmutableList<Long> numbers(String text) {
    return text == null
        ? ImmutableList.of()
        : Splitter.on(',').trimResults().omitEmptyStrings().splitToStream(text.replaceAll("[()]", ""))
            .map(LayoutSpec::number).collect(ImmutableList.toImmutableList());
  }

  private static Long number(String digits) {
    try {
      return Long.valueOf(digits);
    } catch (NumberFormatException e) {
      throw new InputException("the number " + digits + " is too large");
    }
  }

  private static InputException unknown(String keyword, Registry registry) {
    ImmutableSet<String> known =
        ImmutableSet.<String>builder().add(CHANNEL).addAll(registry.granularities().keySet()).build();
    return new InputException(
        "there is no granularity '" + keyword + "'",
        Suggestion.didYouMean(keyword, known).orElse("granularities are " + String.join(", ", known)));
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    return format.name() + ":" + granularity.map(Granularity::text).orElse(CHANNEL)
        + (scale.equals(Formats.F32) ? "" : ":" + scale.name());
  }
}
