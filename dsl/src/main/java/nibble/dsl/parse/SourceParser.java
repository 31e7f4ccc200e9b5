package nibble.dsl.parse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import java.util.function.Function;
import nibble.dsl.SourceFile;
import nibble.dsl.grammar.BoundedParser;
import nibble.dsl.grammar.NibbleLexer;
import nibble.dsl.grammar.NibbleParser;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.SyntaxTree;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/** Parses text: fast by SLL prediction first, and only where that fails by full LL prediction with error messages. */
public final class SourceParser {
  private final Reporter reporter;
  private final Spans spans;
  private final CommonTokenStream tokens;

  /** A parser of text that begins at that place of the file; {@code column} counts from 0. */
  private SourceParser(String file, String text, int line, int column, Reporter reporter) {
    NibbleLexer lexer = new NibbleLexer(CharStreams.fromString(text));
    lexer.removeErrorListeners();
    lexer.setLine(line);
    lexer.setCharPositionInLine(column);
    this.tokens = new CommonTokenStream(lexer);
    this.spans = new Spans(file, tokens);
    this.reporter = reporter;
  }

  /**
   * The concrete syntax of a file.
   *
   * @param tree what the grammar makes of it
   * @param tokens all tokens, comments included
   */
  public record Concrete(NibbleParser.FileContext tree, CommonTokenStream tokens) {}

  /** Reads a file; declarations with syntax errors are reported and left out. */
  public static SyntaxTree parse(SourceFile source, Reporter reporter) {
    SourceParser parser = new SourceParser(source.name(), source.text(), 1, 0, reporter);
    return parser.tree(NibbleParser::file)
        .map(tree -> new DeclarationReader(parser.spans, reporter).file(tree))
        .orElseGet(() -> new SyntaxTree(source.name(), ImmutableList.of(), ImmutableSet.of()));
  }

  /** The concrete syntax, for the formatter; nothing where there are errors, which are reported. */
  public static Optional<Concrete> concrete(SourceFile source, Reporter reporter) {
    SourceParser parser = new SourceParser(source.name(), source.text(), 1, 0, reporter);
    Optional<NibbleParser.FileContext> tree = parser.tree(NibbleParser::file);
    tree.ifPresent(file -> new DeclarationReader(parser.spans, reporter).file(file));
    return reporter.hasErrors() ? Optional.empty() : tree.map(file -> new Concrete(file, parser.tokens));
  }

  /** A parser of a piece of a file, with the spans of its tokens. */
  static <T extends ParserRuleContext, R> Optional<R> fragment(
      String text, int line, int column, Spans spans, Reporter reporter, Function<NibbleParser, T> rule,
      Fragment<T, R> reader) {
    SourceParser parser = new SourceParser(spans.file(), text, line, column, reporter);
    return parser.tree(rule)
        .filter(tree -> !SyntaxDamage.in(tree))
        .map(tree -> reader.read(tree, parser.spans));
  }

  /** Makes something of the tree of a fragment. */
  interface Fragment<T, R> {
    R read(T tree, Spans spans);
  }

  /** The tree of a rule; nothing where the text is nested too deeply. */
  private <T extends ParserRuleContext> Optional<T> tree(Function<NibbleParser, T> rule) {
    NibbleParser parser = new NibbleParser(tokens);
    parser.removeErrorListeners();
    try {
      parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
      parser.setErrorHandler(new BailErrorStrategy());
      return Optional.of(rule.apply(parser));
    } catch (ParseCancellationException e) {
      parser.reset();
      parser.getInterpreter().setPredictionMode(PredictionMode.LL);
      parser.setErrorHandler(new SyntaxErrors(spans, reporter));
      return withMessages(parser, rule);
    } catch (BoundedParser.NestingException e) {
      return refuse(e);
    }
  }

  private <T extends ParserRuleContext> Optional<T> withMessages(NibbleParser parser, Function<NibbleParser, T> rule) {
    try {
      return Optional.of(rule.apply(parser));
    } catch (BoundedParser.NestingException e) {
      return refuse(e);
    }
  }

  private <T> Optional<T> refuse(BoundedParser.NestingException e) {
    reporter.report(spans.of(e.token())
        .error("the text is nested too deeply here")
        .hint("give parts of it a name with let, or move them to a function"));
    return Optional.empty();
  }
}
