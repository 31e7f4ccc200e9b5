package nibble.dsl.syntax;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;

/** The binary operators. */
public enum BinaryOperator {
  POWER("**"),
  MULTIPLY("*"),
  DIVIDE("/"),
  REMAINDER("%"),
  MATMUL("@"),
  ADD("+"),
  SUBTRACT("-"),
  LESS("<"),
  LESS_EQUAL("<="),
  GREATER(">"),
  GREATER_EQUAL(">="),
  EQUAL("=="),
  NOT_EQUAL("!="),
  AND("and"),
  OR("or");

  private static final ImmutableMap<String, BinaryOperator> BY_SYMBOL =
      Arrays.stream(values()).collect(ImmutableMap.toImmutableMap(BinaryOperator::symbol, operator -> operator));

  private final String symbol;

  BinaryOperator(String symbol) {
    this.symbol = symbol;
  }

  public String symbol() {
    return symbol;
  }

  /** The operator that is written so. */
  public static BinaryOperator of(String symbol) {
    return BY_SYMBOL.get(symbol);
  }

  public boolean isComparison() {
    return switch (this) {
      case LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL -> true;
      case POWER, MULTIPLY, DIVIDE, REMAINDER, MATMUL, ADD, SUBTRACT, AND, OR -> false;
    };
  }
}
