package nibble.ir.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.format.StochasticRounding;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.ScaleRules;
import nibble.ir.layout.SparseLayout;
import nibble.ir.shape.Shape;

/**
 * Reads how precise tensors are, and how they become so.
 *
 * @param in where the next token is the first of what is asked for
 */
record PrecisionReader(TextReader in) {
  private static final String SCALE = "scale";
  private static final String ZERO = "zero";
  private static final String RESIDUAL = "residual";
  private static final String STOCHASTIC = "stochastic";

  private Registry registry() {
    return in.registry();
  }

  /** {@code <[4096,1024] x i8, scale<axis 0, f32>, residual<i8>, sparse<64:2:8>>}, behind the word {@code tensor}. */
  TensorType tensor(Token start) {
    in.expect("<");
    Shape shape = in.shape();
    in.expect("x");
    NumberFormat format = in.format();
    Optional<ScaleLayout> scale = component(SCALE, this::scaleLayout);
    Optional<NumberFormat> residual = component(RESIDUAL, this::residual);
    Optional<SparseLayout> sparse = in.accept(",") ? Optional.of(sparseLayout()) : Optional.empty();
    in.expect(">");
    return in.checked(start, () -> new TensorType(shape, format, scale, residual, sparse));
  }

  /** What begins with that word behind a comma, if that comes next. */
  private <T> Optional<T> component(String word, Supplier<T> reader) {
    if (!in.atComma(word)) {
      return Optional.empty();
    }
    in.expect(",");
    return Optional.of(reader.get());
  }

  private NumberFormat residual() {
    in.expect(RESIDUAL);
    in.expect("<");
    NumberFormat format = in.format();
    in.expect(">");
    return format;
  }

  ScaleLayout scaleLayout() {
    Token start = in.peek();
    in.expect(SCALE);
    in.expect("<");
    Granularity granularity = granularity();
    in.expect(",");
    NumberFormat format = in.format();
    boolean ruled = in.at(",") && !in.atComma(SCALE) && !in.atComma(ZERO);
    ScaleRule rule = ruled ? component(in.afterComma(), this::scaleRule).orElseThrow() : ScaleRules.NEAREST;
    Optional<ScaleLayout> outer = component(SCALE, () -> in.nested(this::scaleLayout));
    Optional<NumberFormat> zero = component(ZERO, this::zero);
    in.expect(">");
    return in.checked(start, () -> new ScaleLayout(granularity, format, rule, outer, zero));
  }

  private NumberFormat zero() {
    in.expect(ZERO);
    return in.format();
  }

  ScaleRule scaleRule() {
    Token token = in.peek();
    String keyword = in.word();
    return registry().scaleRule(keyword).orElseThrow(() ->
        in.unknown("rule of scales", keyword, token, registry().scaleRules().keySet()));
  }

  RoundingMode roundingMode() {
    Token token = in.peek();
    String name = in.word();
    if (!name.equals(STOCHASTIC)) {
      return Arrays.stream(FixedRounding.values()).filter(rounding -> rounding.text().equals(name)).findFirst()
          .orElseThrow(() -> unknownRounding(name, token));
    }
    List<Long> numbers = in.list("(", ")", in::integer);
    return in.checked(token, () -> {
      if (numbers.size() != 2) {
        throw in.errorAt(token, "'stochastic' takes a seed and a stream");
      }
      return new StochasticRounding(numbers.get(0), numbers.get(1));
    });
  }

  private InputException unknownRounding(String name, Token token) {
    List<String> words = new ArrayList<>();
    Arrays.stream(FixedRounding.values()).map(RoundingMode::text).forEach(words::add);
    words.add(STOCHASTIC);
    Optional<String> alike = Suggestion.didYouMean(name, words);
    return in.hinted(token, "'" + name + "' has no meaning here", alike.isPresent()
        ? alike
        : Optional.of("it is one of " + String.join(", ", words) + "(seed,stream)"));
  }

  Granularity granularity() {
    Token token = in.peek();
    String keyword = in.word();
    var maker = registry().granularity(keyword).orElseThrow(() ->
        in.unknown("granularity", keyword, token, registry().granularities().keySet()));
    List<Long> numbers = in.at("(")
        ? in.list("(", ")", in::integer)
        : in.peek().kind() == Token.Kind.NUMBER ? List.of(in.integer()) : List.of();
    return in.checked(token, () -> {
      Optional<Granularity> made = make(maker, numbers);
      return made.filter(granularity -> granularity.arguments().equals(numbers)).orElseThrow(() ->
          in.errorAt(token, "'" + keyword + "' takes another count of numbers than " + numbers.size()));
    });
  }

  /** Nothing where the maker looks for more numbers than there are. */
  private static <T> Optional<T> make(Function<List<Long>, T> maker, List<Long> numbers) {
    try {
      return Optional.of(maker.apply(numbers));
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  SparseLayout sparseLayout() {
    in.expect("sparse");
    in.expect("<");
    Token start = in.peek();
    String keyword = start.kind() == Token.Kind.WORD ? in.word() : "";
    List<Long> numbers = new ArrayList<>();
    if (!keyword.isEmpty() && in.at("(")) {
      numbers.addAll(in.list("(", ")", in::integer));
    }
    do {
      numbers.add(in.integer());
    } while (in.accept(":"));
    in.expect(">");
    return in.checked(start, () -> keyword.isEmpty() ? unnamed(numbers, start) : named(keyword, numbers, start));
  }

  private SparseLayout unnamed(List<Long> numbers, Token start) {
    return registry().sparseLayout(numbers.size())
        .orElseThrow(() -> in.errorAt(start, "no sparse layout has " + numbers.size() + " numbers"))
        .apply(numbers);
  }

  private SparseLayout named(String keyword, List<Long> numbers, Token start) {
    Function<List<Long>, SparseLayout> maker = registry().sparseLayout(keyword).orElseThrow(() ->
        in.unknown("sparse layout", keyword, start, registry().namedSparseLayouts().keySet()));
    return make(maker, numbers).filter(layout -> layout.numbers().equals(numbers)).orElseThrow(() ->
        in.errorAt(start, "'" + keyword + "' takes another count of numbers than " + numbers.size()));
  }
}
