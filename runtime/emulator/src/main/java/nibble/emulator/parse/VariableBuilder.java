package nibble.emulator.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nibble.emulator.model.Position;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Variable;
import nibble.emulator.model.Variable.Initialiser;
import nibble.emulator.model.Variable.Linkage;
import nibble.emulator.report.Rejection;
import org.antlr.v4.runtime.ParserRuleContext;

/** Builds variables and parameters. */
final class VariableBuilder {
  private static final int MOST_ALIGNED = 1 << 16;
  private VariableBuilder() {}

  static Position position(ParserRuleContext tree) {
    return new Position(tree.getStart().getLine(), tree.getStart().getCharPositionInLine() + 1);
  }

  static List<Variable> variables(PtxParser.VariableContext tree, Linkage linkage) {
    Shape shape = shape(tree.qualifier());
    StateSpace space = space(tree.space());
    List<Variable> variables = new ArrayList<>();
    for (PtxParser.DeclaratorContext declarator : tree.declarator()) {
      variables.add(variable(space, shape, declarator, linkage, position(declarator)));
    }
    return variables;
  }

  static List<Variable> parameters(PtxParser.ParametersContext tree) {
    List<Variable> parameters = new ArrayList<>();
    if (tree != null) {
      for (PtxParser.ParameterContext parameter : tree.parameter()) {
        StateSpace space = parameter.REG() != null ? StateSpace.REG : StateSpace.PARAM;
        Shape shape = shape(parameter.qualifier());
        parameters.add(variable(space, shape, parameter.declarator(), Linkage.INTERNAL, position(parameter)));
      }
    }
    return parameters;
  }

  private static StateSpace space(PtxParser.SpaceContext tree) {
    return StateSpace.valueOf(tree.getText().substring(1).toUpperCase(Locale.ROOT));
  }

  /** Type, vector length and alignment. */
  private record Shape(PtxType type, int lanes, int align) {}

  private static Shape shape(List<PtxParser.QualifierContext> qualifiers) {
    PtxType type = null;
    int lanes = 1;
    int align = 0;
    boolean pointer = false;
    for (PtxParser.QualifierContext qualifier : qualifiers) {
      if (qualifier.ALIGN() != null) {
        long stated = Numbers.integer(qualifier.INTEGER(0).getText()).value();
        if (Long.bitCount(stated) != 1) {
          throw new Rejection("an alignment is a power of two");
        }
        if (stated < 0 || stated > MOST_ALIGNED) {
          throw new Rejection("an alignment is at most " + MOST_ALIGNED);
        }
        // Behind .ptr the alignment is that of the memory pointed at.
        align = pointer ? align : (int) stated;
      } else if (qualifier.ATTRIBUTE() == null && qualifier.space() == null) {
        String word = qualifier.getText().substring(1);
        switch (word) {
          case "v2" -> lanes = 2;
          case "v4" -> lanes = 4;
          case "v8" -> lanes = 8;
          case "ptr" -> pointer = true;
          case "unified", "managed", "noreturn" -> {}
          default -> type = PtxType.of(word).orElseThrow(() -> new Rejection("'." + word + "' is not a type"));
        }
      }
    }
    if (type == null) {
      throw new Rejection("a variable needs a type");
    }
    return new Shape(type, lanes, align == 0 ? type.bytes() * lanes : align);
  }

  private static Variable variable(
      StateSpace space, Shape shape, PtxParser.DeclaratorContext tree, Linkage linkage, Position position) {
    if (tree == null) {
      return new Variable(
          space, shape.type, shape.lanes, shape.align, "", 1, false, 0, Optional.empty(), linkage, position);
    }
    int range = tree.INTEGER() == null ? 0 : Math.toIntExact(Numbers.integer(tree.INTEGER().getText()).value());
    Optional<Initialiser> initialiser = Optional.ofNullable(tree.initialiser()).map(VariableBuilder::initialiser);
    long count = 1;
    for (PtxParser.DimensionContext dimension : tree.dimension()) {
      count = Math.multiplyExact(count, extent(dimension, initialiser));
    }
    if (count < 0 || count > Integer.MAX_VALUE) {
      throw new Rejection("'" + tree.NAME().getText() + "' is too large");
    }
    String name = tree.NAME().getText();
    boolean isArray = !tree.dimension().isEmpty();
    return new Variable(
        space, shape.type, shape.lanes, shape.align, name, count, isArray, range, initialiser, linkage, position);
  }

  /** An unwritten extent is that of the initialiser, or zero. */
  private static long extent(PtxParser.DimensionContext tree, Optional<Initialiser> initialiser) {
    if (tree.operand() != null) {
      return ExpressionBuilder.integer(ExpressionBuilder.operand(tree.operand()));
    }
    return initialiser.isPresent() && initialiser.get() instanceof Initialiser.Elements elements
        ? elements.elements().size()
        : 0;
  }

  private static Initialiser initialiser(PtxParser.InitialiserContext tree) {
    if (tree.operand() != null) {
      return new Initialiser.Value(ExpressionBuilder.operand(tree.operand()));
    }
    return new Initialiser.Elements(tree.initialiser().stream().map(VariableBuilder::initialiser).toList());
  }
}
