package nibble.dsl.parse;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.dsl.grammar.NibbleParser;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Span;
import nibble.dsl.syntax.Template;
import nibble.dsl.syntax.Template.Part;
import org.antlr.v4.runtime.Token;

/**
 * Reads numbers, strings and templates.
 *
 * @param spans of the tokens
 * @param reporter for what is no such literal
 */
record Literals(Spans spans, Reporter reporter) {
  /** Every integer up to here is a double. */
  private static final double MAX_INTEGER = 0x1p53;

  Expression integer(Token token) {
    Span span = spans.of(token);
    double value = Double.parseDouble(token.getText().replace("_", ""));
    if (value > MAX_INTEGER) {
      reporter.report(span.error("this integer is too large")
          .note("integers reach 2**53")
          .hint("a floating-point number has a point or an exponent: 1e20"));
      return new Expression.Broken(span);
    }
    return new Expression.Number(span, value, true);
  }

  Expression real(Token token) {
    Span span = spans.of(token);
    double value = Double.parseDouble(token.getText().replace("_", ""));
    if (Double.isInfinite(value)) {
      reporter.report(span.error("this number is too large").note("numbers reach 1.8e308"));
      return new Expression.Broken(span);
    }
    return new Expression.Number(span, value, false);
  }

  /** The content of a string, escapes replaced. */
  String text(Token token) {
    String quoted = token.getText();
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      text.append(c == '\\' ? escaped(quoted.charAt(++i)) : c);
    }
    return text.toString();
  }

  private static char escaped(char c) {
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      default -> c;
    };
  }

  /** A string in which {@code {i}} stands for a size; a brace that stands for itself is escaped. */
  Template template(Token token) {
    String quoted = token.getText();
    ImmutableList.Builder<Part> parts = ImmutableList.builder();
    StringBuilder text = new StringBuilder();
    int end = quoted.length() - 1;
    for (int i = 1; i < end; i++) {
      char c = quoted.charAt(i);
      if (c == '\\') {
        text.append(escaped(quoted.charAt(++i)));
      } else if (c == '{') {
        int close = quoted.indexOf('}', i);
        if (close < 0) {
          reporter.report(at(token, i).error("this brace is not closed").hint("a brace of the name itself is \\{"));
          break;
        }
        parts.add(new Part.Literal(text.toString()));
        text.setLength(0);
        hole(token, quoted.substring(i + 1, close), i + 1).map(Part.Hole::new).ifPresent(parts::add);
        i = close;
      } else {
        text.append(c);
      }
    }
    parts.add(new Part.Literal(text.toString()));
    return new Template(spans.of(token), parts.build());
  }

  private Optional<Expression> hole(Token token, String text, int offset) {
    return SourceParser.fragment(
        text, token.getLine(), token.getCharPositionInLine() + offset, spans, reporter, NibbleParser::hole,
        (tree, inner) -> new ExpressionReader(inner, reporter).size(tree.sizeExpression()));
  }

  private Span at(Token token, int offset) {
    Span span = spans.of(token);
    return new Span(span.file(), span.line(), span.column() + offset, 1);
  }
}
