package nibble.emulator.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.emulator.model.Position;
import nibble.emulator.model.Statement;
import nibble.emulator.model.Variable;
import nibble.emulator.report.Diagnostics;
import nibble.emulator.report.Rejection;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Builds the statements of a body. */
final class StatementBuilder {
  private final Diagnostics diagnostics;

  StatementBuilder(Diagnostics diagnostics) {
    this.diagnostics = diagnostics;
  }

  Statement.Scope scope(PtxParser.BodyContext tree) {
    List<Statement> statements = new ArrayList<>(tree.getChildCount());
    for (int i = 1; i < tree.getChildCount() - 1; i++) {
      PtxParser.StatementContext statement = (PtxParser.StatementContext) tree.getChild(i);
      try {
        add(statement, statements);
      } catch (Rejection rejection) {
        diagnostics.error(VariableBuilder.position(statement), rejection);
      } catch (ArithmeticException overflow) {
        diagnostics.error(VariableBuilder.position(statement), "a number is too large");
      }
    }
    return new Statement.Scope(statements);
  }

  private void add(PtxParser.StatementContext tree, List<Statement> statements) {
    switch (tree.getChild(tree.getChildCount() - 1)) {
      case PtxParser.NamedContext named -> statements.add(named(named, guard(tree.guard())));
      case PtxParser.BodyContext body -> statements.add(scope(body));
      case PtxParser.LocationContext location -> statements.add(location(location));
      default -> {
        if (tree.variable() != null) {
          statements.add(
              new Statement.Declaration(VariableBuilder.variables(tree.variable(), Variable.Linkage.INTERNAL)));
        }
        // Pragmas, file entries and debugging sections have no meaning here.
      }
    }
  }

  private static Optional<Statement.Guard> guard(PtxParser.GuardContext tree) {
    if (tree == null) {
      return Optional.empty();
    }
    int last = tree.getChildCount() - 1;
    return Optional.of(new Statement.Guard(tree.getChild(last).getText(), last == 2));
  }

  private static Statement named(PtxParser.NamedContext tree, Optional<Statement.Guard> guard) {
    Token first = tree.getStart();
    Position position = new Position(first.getLine(), first.getCharPositionInLine() + 1);
    if (tree.getChild(1) instanceof TerminalNode second && second.getText().equals(":")) {
      if (guard.isPresent()) {
        throw new Rejection("a label takes no guard");
      }
      return tree.target() == null
          ? new Statement.Label(first.getText(), position)
          : target(first.getText(), tree.target(), position);
    }
    StringBuilder opcode = new StringBuilder(first.getText());
    for (PtxParser.ModifierContext modifier : tree.modifier()) {
      opcode.append(modifier.getText());
    }
    return new Statement.Instruction(
        guard, opcode.toString(), ExpressionBuilder.operands(tree.operands()), position);
  }

  private static Statement target(String name, PtxParser.TargetContext tree, Position position) {
    if (tree.CALLPROTOTYPE() == null) {
      return new Statement.Targets(name, tree.NAME().stream().map(ParseTree::getText).toList(), position);
    }
    FunctionBuilder.Signature signature = FunctionBuilder.signature(tree.parameters(), tree.NAME(0));
    return new Statement.Prototype(name, signature.results(), signature.parameters(), position);
  }

  private static Statement location(PtxParser.LocationContext tree) {
    return new Statement.Location(
        (int) Numbers.integer(tree.INTEGER(0).getText()).value(),
        (int) Numbers.integer(tree.INTEGER(1).getText()).value());
  }
}
