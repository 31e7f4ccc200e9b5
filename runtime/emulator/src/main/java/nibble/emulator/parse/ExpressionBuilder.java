package nibble.emulator.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nibble.emulator.model.Operand;
import nibble.emulator.model.Operand.FloatConstant;
import nibble.emulator.model.Operand.IntegerConstant;
import nibble.emulator.model.Operand.Name;
import nibble.emulator.report.Rejection;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** Builds operands, and folds constant expressions with C's precedence. */
final class ExpressionBuilder {
  private static final Map<String, Integer> PRECEDENCE =
      Map.ofEntries(
          Map.entry("||", 1),
          Map.entry("&&", 2),
          Map.entry("|", 3),
          Map.entry("^", 4),
          Map.entry("&", 5),
          Map.entry("==", 6),
          Map.entry("!=", 6),
          Map.entry("<", 7),
          Map.entry("<=", 7),
          Map.entry(">", 7),
          Map.entry(">=", 7),
          Map.entry("<<", 8),
          Map.entry(">>", 8),
          Map.entry("+", 9),
          Map.entry("-", 9),
          Map.entry("*", 10),
          Map.entry("/", 10),
          Map.entry("%", 10));

  private ExpressionBuilder() {}

  static List<Operand> operands(PtxParser.OperandsContext tree) {
    if (tree == null) {
      return List.of();
    }
    List<Operand> operands = new ArrayList<>(tree.getChildCount() / 2 + 1);
    for (int i = 0; i < tree.getChildCount(); i += 2) {
      operands.add(operand((PtxParser.OperandContext) tree.getChild(i)));
    }
    return operands;
  }

  static Operand operand(PtxParser.OperandContext tree) {
    if (tree.getChildCount() == 1) {
      return unary((PtxParser.UnaryContext) tree.getChild(0));
    }
    List<PtxParser.OperandContext> branches = tree.operand();
    int length = tree.getChildCount() - (branches.isEmpty() ? 0 : 4);
    Operand value = new Climb(tree, length).parse(1);
    if (branches.isEmpty()) {
      return value;
    }
    return operand(branches.get(integer(value) != 0 ? 0 : 1));
  }

  /** Precedence climbing over the flat list that the grammar gives. */
  private static final class Climb {
    private final PtxParser.OperandContext tree;
    private final int length;
    private int at;

    Climb(PtxParser.OperandContext tree, int length) {
      this.tree = tree;
      this.length = length;
    }

    Operand parse(int least) {
      Operand left = unary((PtxParser.UnaryContext) tree.getChild(at++));
      while (at < length) {
        String operator = tree.getChild(at).getText();
        int precedence = PRECEDENCE.get(operator);
        if (precedence < least) {
          break;
        }
        at++;
        left = combine(left, operator, parse(precedence + 1));
      }
      return left;
    }
  }

  private static Operand unary(PtxParser.UnaryContext tree) {
    int last = tree.getChildCount() - 1;
    Operand value = primary((PtxParser.PrimaryContext) tree.getChild(last));
    for (int i = last - 1; i >= 0; i--) {
      value = apply(tree.getChild(i).getText(), value);
    }
    return value;
  }

  private static Operand primary(PtxParser.PrimaryContext tree) {
    ParseTree first = tree.getChild(0);
    if (first instanceof PtxParser.NumberContext number) {
      Operand value = number(number);
      if (tree.getChildCount() > 1) {
        throw new Rejection("a mask of an address is not supported");
      }
      return value;
    }
    return switch (((TerminalNode) first).getSymbol().getType()) {
      case PtxParser.NAME, PtxParser.DOTTED -> name(tree, first.getText());
      default ->
          switch (first.getText()) {
            case "[" -> address(operands(tree.operands()));
            case "{" -> new Operand.Vector(operands(tree.operands()));
            default -> parenthesised(tree);
          };
    };
  }

  private static Operand name(PtxParser.PrimaryContext tree, String text) {
    if (tree.getChildCount() == 1) {
      return new Name(text);
    }
    if (!text.equals("generic")) {
      throw new Rejection("'" + text + "' is no function of constants");
    }
    return switch (operand((PtxParser.OperandContext) tree.getChild(2))) {
      case Name symbol -> new Operand.Generic(symbol, 0);
      case Operand.Displaced it -> new Operand.Generic(it.name(), it.offset());
      default -> throw new Rejection("generic() takes a symbol");
    };
  }

  /** A group, which constants see through; or a cast, which has no effect on 64-bit constants. */
  private static Operand parenthesised(PtxParser.PrimaryContext tree) {
    PtxParser.PrimaryContext cast = tree.primary();
    return cast != null ? primary(cast) : new Operand.Group(operands(tree.operands()));
  }

  private static Operand address(List<Operand> operands) {
    List<Operand> rest = operands.subList(1, operands.size());
    return switch (operands.get(0)) {
      case Operand.Displaced it -> new Operand.Address(it.name(), it.offset(), rest);
      case Name it -> new Operand.Address(it, 0, rest);
      case IntegerConstant it -> new Operand.Address(it, 0, rest);
      default -> throw new Rejection("'" + operands.get(0) + "' is no address");
    };
  }

  static Operand number(PtxParser.NumberContext tree) {
    return tree.INTEGER() != null ? Numbers.integer(tree.getText()) : Numbers.floating(tree.getText());
  }

  static long integer(Operand operand) {
    return switch (operand) {
      case IntegerConstant constant -> constant.value();
      case Operand.Group group when group.elements().size() == 1 -> integer(group.elements().get(0));
      default -> throw new Rejection("'" + operand + "' is not an integer constant");
    };
  }

  private static Operand apply(String operator, Operand value) {
    if (operator.equals("!") && (value instanceof Name)) {
      return new Operand.Not(value);
    }
    if (value instanceof FloatConstant constant) {
      long sign = constant.bits() == 32 ? 1L << 31 : Long.MIN_VALUE;
      return switch (operator) {
        case "+" -> constant;
        case "-" -> new FloatConstant(constant.pattern() ^ sign, constant.bits());
        default -> throw new Rejection("'" + operator + "' takes no floating-point constant");
      };
    }
    long operand = integer(value);
    return new IntegerConstant(
        switch (operator) {
          case "+" -> operand;
          case "-" -> -operand;
          case "~" -> ~operand;
          default -> operand == 0 ? 1 : 0;
        });
  }

  private static Operand combine(Operand left, String operator, Operand right) {
    if (operator.equals("|") && left instanceof Name) {
      return new Operand.Pair(left, right);
    }
    boolean sum = operator.equals("+") || operator.equals("-");
    if (sum && right instanceof IntegerConstant constant) {
      long offset = operator.equals("+") ? constant.value() : -constant.value();
      switch (left) {
        case Name it -> {
          return new Operand.Displaced(it, offset);
        }
        case Operand.Displaced it -> {
          return new Operand.Displaced(it.name(), it.offset() + offset);
        }
        case Operand.Generic it -> {
          return new Operand.Generic(it.name(), it.offset() + offset);
        }
        default -> {}
      }
    }
    return new IntegerConstant(fold(integer(left), operator, integer(right)));
  }

  private static long fold(long a, String operator, long b) {
    if (b == 0 && (operator.equals("/") || operator.equals("%"))) {
      throw new Rejection("division by zero in a constant");
    }
    return switch (operator) {
      case "+" -> a + b;
      case "-" -> a - b;
      case "*" -> a * b;
      case "/" -> a / b;
      case "%" -> a % b;
      case "<<" -> a << b;
      case ">>" -> a >> b;
      case "&" -> a & b;
      case "|" -> a | b;
      case "^" -> a ^ b;
      case "&&" -> a != 0 && b != 0 ? 1 : 0;
      case "||" -> a != 0 || b != 0 ? 1 : 0;
      case "==" -> a == b ? 1 : 0;
      case "!=" -> a != b ? 1 : 0;
      case "<" -> a < b ? 1 : 0;
      case "<=" -> a <= b ? 1 : 0;
      case ">" -> a > b ? 1 : 0;
      default -> a >= b ? 1 : 0;
    };
  }
}
