package nibble.dsl.parse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.dsl.grammar.NibbleParser;
import nibble.dsl.report.Reporter;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Expression;
import nibble.dsl.syntax.Identifier;
import nibble.dsl.syntax.SyntaxTree;
import nibble.dsl.syntax.Template;
import nibble.dsl.syntax.TypeExpression;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Reads declarations; those with syntax errors are left out, and the names in them remembered. */
final class DeclarationReader {
  private final Spans spans;
  private final Reporter reporter;
  private final StatementReader statements;
  private final ExpressionReader expressions;
  private final Literals literals;
  private final ImmutableSet.Builder<String> excused = ImmutableSet.builder();

  DeclarationReader(Spans spans, Reporter reporter) {
    this.spans = spans;
    this.reporter = reporter;
    this.statements = new StatementReader(spans, reporter, excused);
    this.expressions = statements.expressions();
    this.literals = new Literals(spans, reporter);
  }

  SyntaxTree file(NibbleParser.FileContext context) {
    List<Declaration> declarations = new ArrayList<>();
    context.item().forEach(item -> item(item, declarations));
    return new SyntaxTree(spans.file(), ImmutableList.copyOf(declarations), excused.build());
  }

  private void item(NibbleParser.ItemContext item, List<Declaration> into) {
    if (item.model() != null) {
      model(item.model(), into);
    } else if (item.block() != null) {
      block(item.block(), into);
    } else if (item.function() != null) {
      function(item.function(), into);
    } else if (SyntaxDamage.in(item)) {
      excused.addAll(SyntaxDamage.names(item));
    } else if (item.importFile() != null) {
      Token path = item.importFile().STRING().getSymbol();
      into.add(new Declaration.Import(new Identifier(literals.text(path), spans.of(path))));
    } else if (item.sizes() != null) {
      sizes(item.sizes(), into);
    } else if (item.constant() != null) {
      into.add(constant(item.constant()));
    } else {
      into.add(new RecipeReader(spans, reporter).recipe(item.recipe()));
    }
  }

  private void model(NibbleParser.ModelContext model, List<Declaration> into) {
    ImmutableList<Declaration> members = members(model.member());
    if (model.name() == null || SyntaxDamage.in(model.name())) {
      return;
    }
    into.add(new Declaration.Component(
        expressions.identifier(model.name()), true, ImmutableList.of(), summary(model.STRING()), members));
  }

  private void block(NibbleParser.BlockContext block, List<Declaration> into) {
    ImmutableList<Declaration> members = members(block.member());
    if (block.name().isEmpty() || block.name().stream().anyMatch(SyntaxDamage::in)) {
      block.name().forEach(name -> excused.addAll(SyntaxDamage.names(name)));
      return;
    }
    ImmutableList<Identifier> names = statements.names(block.name());
    into.add(new Declaration.Component(
        names.getFirst(), false, names.subList(1, names.size()), summary(block.STRING()), members));
  }

  private String summary(TerminalNode string) {
    return string == null ? "" : literals.text(string.getSymbol());
  }

  private ImmutableList<Declaration> members(List<NibbleParser.MemberContext> contexts) {
    List<Declaration> members = new ArrayList<>();
    for (NibbleParser.MemberContext member : contexts) {
      if (member.function() != null) {
        function(member.function(), members);
      } else if (SyntaxDamage.in(member)) {
        excused.addAll(SyntaxDamage.names(member));
      } else if (member.sizes() != null) {
        sizes(member.sizes(), members);
      } else if (member.constant() != null) {
        members.add(constant(member.constant()));
      } else if (member.weight() != null) {
        members.add(weight(member.weight()));
      } else {
        members.add(instance(member.instance()));
      }
    }
    return ImmutableList.copyOf(members);
  }

  private void sizes(NibbleParser.SizesContext context, List<Declaration> into) {
    for (NibbleParser.SizeContext size : context.size()) {
      Optional<Expression> value = Optional.ofNullable(size.sizeExpression()).map(expressions::size);
      into.add(new Declaration.Size(
          expressions.identifier(size.name()), value, bound(size, size.MIN()), bound(size, size.MULTIPLE())));
    }
  }

  /** The number behind {@code min} or {@code multiple of}; 1 where it is missing. */
  private long bound(NibbleParser.SizeContext size, TerminalNode keyword) {
    if (keyword == null) {
      return 1;
    }
    TerminalNode number = size.INTEGER().stream()
        .filter(token -> token.getSymbol().getTokenIndex() > keyword.getSymbol().getTokenIndex())
        .findFirst().orElseThrow();
    if (literals.integer(number.getSymbol()) instanceof Expression.Number bound && bound.value() >= 1) {
      return (long) bound.value();
    }
    reporter.report(spans.of(number.getSymbol()).error("this must be at least 1"));
    return 1;
  }

  private Declaration.Constant constant(NibbleParser.ConstantContext context) {
    return new Declaration.Constant(
        expressions.identifier(context.name()), expressions.read(context.expression()));
  }

  private Declaration.Weight weight(NibbleParser.WeightContext context) {
    Identifier name = expressions.identifier(context.name());
    Template key = context.STRING() == null ? Template.of(name) : literals.template(context.STRING().getSymbol());
    return new Declaration.Weight(name, statements.type(context.type()), key);
  }

  private Declaration.Instance instance(NibbleParser.InstanceContext context) {
    ImmutableList<Identifier> names = statements.names(context.name());
    Optional<Declaration.Range> range = Optional.ofNullable(context.range()).map(bounds -> new Declaration.Range(
        names.get(1), expressions.size(bounds.sizeExpression(0)), expressions.size(bounds.sizeExpression(1))));
    ImmutableList<Expression> arguments = context.sizeArguments() == null
        ? ImmutableList.of()
        : context.sizeArguments().sizeExpression().stream()
            .map(expressions::size).collect(ImmutableList.toImmutableList());
    Optional<Template> prefix =
        Optional.ofNullable(context.STRING()).map(string -> literals.template(string.getSymbol()));
    return new Declaration.Instance(names.getFirst(), range, names.getLast(), arguments, prefix);
  }

  /** A function whose signature is whole; in its body, statements with errors are set apart. */
  private void function(NibbleParser.FunctionContext context, List<Declaration> into) {
    if (SyntaxDamage.beforeBrace(context)) {
      excused.addAll(SyntaxDamage.names(context));
      return;
    }
    ImmutableList<Declaration.Parameter> parameters = context.parameter().stream()
        .map(parameter -> new Declaration.Parameter(
            expressions.identifier(parameter.name()), statements.type(parameter.type())))
        .collect(ImmutableList.toImmutableList());
    ImmutableList<TypeExpression> results = context.result() == null
        ? ImmutableList.of()
        : context.result().type().stream().map(statements::type).collect(ImmutableList.toImmutableList());
    into.add(new Declaration.Function(
        expressions.identifier(context.name()), context.PRIVATE() != null, parameters, results,
        statements.body(context, context.statement())));
  }
}
