package nibble.dsl.parse;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import nibble.dsl.grammar.NibbleParser;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Identifier;
import org.antlr.v4.runtime.ParserRuleContext;

/**
 * Reads recipes. Patterns and option values stay text, without blanks: passes give them their meaning.
 *
 * @param spans of the tokens
 * @param reporter for options that are given twice
 */
record RecipeReader(Spans spans, Reporter reporter) {
  Declaration.Recipe recipe(NibbleParser.RecipeContext context) {
    ImmutableList<Identifier> names =
        context.dashedName().stream().map(this::identifier).collect(ImmutableList.toImmutableList());
    String summary =
        context.STRING() == null ? "" : new Literals(spans, reporter).text(context.STRING().getSymbol());
    return new Declaration.Recipe(
        names.getFirst(), summary, names.stream().skip(1).findFirst(),
        context.clause().stream().map(this::clause).collect(ImmutableList.toImmutableList()));
  }

  private Declaration.Clause clause(NibbleParser.ClauseContext context) {
    Map<String, Declaration.Option> options = new LinkedHashMap<>();
    for (NibbleParser.OptionContext option : context.option()) {
      Identifier name = identifier(option.dashedName());
      Declaration.Option read =
          new Declaration.Option(name, value(option.optionValue()), spans.of(option.optionValue()));
      if (options.putIfAbsent(name.name(), read) != null) {
        reporter.report(name.span().error("the option '" + name + "' is given twice"));
      }
    }
    return new Declaration.Clause(
        identifier(context.dashedName()),
        context.path().stream().map(this::identifier).collect(ImmutableList.toImmutableList()),
        ImmutableList.copyOf(options.values()));
  }

  /** The text of a value; a string gives its content. */
  private String value(NibbleParser.OptionValueContext context) {
    return context.optionAtom().stream().map(this::atom).collect(Collectors.joining(":"));
  }

  private String atom(NibbleParser.OptionAtomContext context) {
    return Optional.ofNullable(context.STRING())
        .map(string -> new Literals(spans, reporter).text(string.getSymbol()))
        .orElseGet(context::getText);
  }

  private Identifier identifier(ParserRuleContext context) {
    return new Identifier(context.getText(), spans.of(context));
  }
}
