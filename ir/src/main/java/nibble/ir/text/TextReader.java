package nibble.ir.text;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Sets;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import nibble.ir.Location;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Type;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.RoundingMode;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.SparseLayout;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;

/**
 * A cursor over tokens, with the parts of the text form that types and attributes are made of. Every method throws
 * {@link InputException} at what does not fit.
 */
public final class TextReader {
  private static final int MAX_DEPTH = 200;
  private final ImmutableList<Token> tokens;
  private final Registry registry;
  private int next;
  private int depth;

  /**
   * A cursor at the start of a text.
   *
   * @param file name for messages
   * @throws InputException where the text has no tokens, as at a string that is not closed
   */
  public TextReader(String text, String file, Registry registry) {
    this.tokens = Lexer.tokens(text, file);
    this.registry = registry;
  }

  /** What can be named. */
  public Registry registry() {
    return registry;
  }

  Token peek() {
    return tokens.get(next);
  }

  Token take() {
    Token token = tokens.get(next);
    if (token.kind() != Token.Kind.END) {
      next++;
    }
    return token;
  }

  /** Where the next token is. */
  public Location location() {
    return peek().location();
  }

  public boolean atEnd() {
    return peek().kind() == Token.Kind.END;
  }

  /** Whether the next token is that word or punctuation. */
  public boolean at(String text) {
    Token token = peek();
    return (token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.PUNCTUATION) && token.text().equals(text);
  }

  /** Takes the next token if it is that word or punctuation. */
  public boolean accept(String text) {
    if (at(text)) {
      next++;
      return true;
    }
    return false;
  }

  /** Takes the next token, which must be that word or punctuation. */
  public void expect(String text) {
    if (!accept(text)) {
      throw error("expected '" + text + "' but found " + peek().described());
    }
  }

  private String expect(Token.Kind kind, String what) {
    if (peek().kind() != kind) {
      throw error("expected " + what + " but found " + peek().described());
    }
    return take().text();
  }

  /** A word: letters, digits and {@code _}. */
  public String word() {
    return expect(Token.Kind.WORD, "a name");
  }

  /** The value of a quoted string. */
  public String string() {
    return expect(Token.Kind.STRING, "a string");
  }

  String symbolName() {
    return expect(Token.Kind.SYMBOL, "a name with '@'");
  }

  String valueName() {
    return expect(Token.Kind.VALUE, "a value");
  }

  /** An integer that fits a {@code long}. */
  public long integer() {
    return integer(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** An integer that fits an {@code int}. */
  public int int32() {
    return (int) integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  private long integer(long least, long greatest) {
    boolean negative = accept("-");
    Token token = peek();
    String digits = expect(Token.Kind.NUMBER, "an integer");
    if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw errorAt(token, "expected an integer but found '" + digits + "'");
    }
    BigInteger value = new BigInteger((negative ? "-" : "") + digits);
    if (value.compareTo(BigInteger.valueOf(least)) < 0 || value.compareTo(BigInteger.valueOf(greatest)) > 0) {
      throw errorAt(token, "the number " + value + " is out of range");
    }
    return value.longValue();
  }

  /** A number as {@link Double#toString} writes it. */
  public double real() {
    double sign = accept("-") ? -1 : 1;
    if (accept("NaN")) {
      return Double.NaN;
    }
    if (accept("Infinity")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    return sign * Double.parseDouble(expect(Token.Kind.NUMBER, "a number"));
  }

  /** {@code open item, item close}; possibly no item. */
  public <T> ImmutableList<T> list(String open, String close, Supplier<T> item) {
    expect(open);
    List<T> items = new ArrayList<>();
    if (!at(close)) {
      do {
        items.add(item.get());
      } while (accept(","));
    }
    expect(close);
    return ImmutableList.copyOf(items);
  }

  /** {@code [B,S,384]}. */
  public Shape shape() {
    Token start = peek();
    return checked(start, () -> Shape.of(list("[", "]", this::dim)));
  }

  /** An extent as {@link Dim#toString} writes it; parentheses may stand anywhere. */
  public Dim dim() {
    Token start = peek();
    return checked(start, this::sum);
  }

  private Dim sum() {
    Dim sum = accept("-") ? Dim.ZERO.minus(product()) : product();
    while (at("+") || at("-")) {
      sum = accept("+") ? sum.plus(product()) : minus(sum);
    }
    return sum;
  }

  private Dim minus(Dim sum) {
    expect("-");
    return sum.minus(product());
  }

  /** Turns what values say about arguments that make no sense into a complaint at a token. */
  <T> T checked(Token token, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (ArithmeticException e) {
      throw errorAt(token, "a number here is out of range");
    } catch (IllegalArgumentException e) {
      throw errorAt(token, e.getMessage());
    }
  }

  /** Reads something nested; text that nests too deep to be meant is refused. */
  <T> T nested(Supplier<T> reader) {
    if (++depth > MAX_DEPTH) {
      throw error("this is nested more than " + MAX_DEPTH + " deep");
    }
    T read = reader.get();
    depth--;
    return read;
  }

  private Dim product() {
    Dim product = factor();
    while (accept("*")) {
      product = product.times(factor());
    }
    return product;
  }

  private Dim factor() {
    if (peek().kind() == Token.Kind.NUMBER) {
      return Dim.of(integer());
    }
    if (accept("(")) {
      Dim inner = nested(this::sum);
      expect(")");
      return inner;
    }
    String name = word();
    if (name.equals("ceil") && accept("(")) {
      Dim numerator = nested(this::sum);
      expect("/");
      long divisor = integer();
      expect(")");
      return numerator.ceilDiv(divisor);
    }
    return Dim.symbol(name);
  }

  /** The name of a number format. */
  public NumberFormat format() {
    Token token = peek();
    String name = word();
    return registry.format(name).orElseThrow(() ->
        unknown("number format", name, token, registry.formats().keySet()));
  }

  /** A type of any dialect. */
  public Type type() {
    Token token = peek();
    String keyword = word();
    if (keyword.equals("tensor")) {
      return new PrecisionReader(this).tensor(token);
    }
    TypeSyntax syntax = registry.type(keyword).orElseThrow(() ->
        unknown("type", keyword, token, Sets.union(Set.of("tensor"), registry.types().keySet())));
    return syntax.parse(this);
  }

  /** {@code tensor<[4096,1024] x i8, scale<axis 0, f32>, sparse<64:2:8>>}. */
  public TensorType tensorType() {
    Token token = peek();
    expect("tensor");
    return new PrecisionReader(this).tensor(token);
  }

  /** {@code scale<axis 0, f32>}, {@code scale<group 16, ue4m3, up, scale<tensor, f32>>}. */
  public ScaleLayout scaleLayout() {
    return new PrecisionReader(this).scaleLayout();
  }

  /** {@code token}, {@code axis 0} or {@code block(1,128)}. */
  public Granularity granularity() {
    return new PrecisionReader(this).granularity();
  }

  /** {@code sparse<2:4>}. */
  public SparseLayout sparseLayout() {
    return new PrecisionReader(this).sparseLayout();
  }

  /** The keyword of a rule of scales. */
  public ScaleRule scaleRule() {
    return new PrecisionReader(this).scaleRule();
  }

  /** {@code nearest_even}, {@code stochastic(7,0)}. */
  public RoundingMode roundingMode() {
    return new PrecisionReader(this).roundingMode();
  }

  /** Whether a comma and then that word come next. */
  boolean atComma(String word) {
    return at(",") && afterComma().equals(word);
  }

  /** What stands behind the next token. */
  String afterComma() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1)).text();
  }

  /** A complaint at the next token. */
  public InputException error(String message) {
    return errorAt(peek(), message);
  }

  InputException errorAt(Token token, String message) {
    return new InputException(diagnostic(token, message));
  }

  InputException unknown(String kind, String name, Token token, Collection<String> known) {
    return hinted(token, "there is no " + kind + " '" + name + "'", Suggestion.didYouMean(name, known));
  }

  InputException hinted(Token token, String message, Optional<String> hint) {
    Diagnostic diagnostic = diagnostic(token, message);
    return new InputException(hint.map(diagnostic::hint).orElse(diagnostic));
  }

  private static Diagnostic diagnostic(Token token, String message) {
    return Diagnostic.error(message, token.location()).underlining(token.length());
  }
}
