package nibble.dsl.parse;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import nibble.dsl.grammar.NibbleLexer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;

/** Says in words what could stand at a place of a file, and what stands there. */
final class Expectation {
  private static final ImmutableSet<Integer> NAMES = ImmutableSet.of(
      NibbleLexer.NAME, NibbleLexer.AT, NibbleLexer.BLOCK, NibbleLexer.EXTENDS, NibbleLexer.MIN, NibbleLexer.MODEL,
      NibbleLexer.MULTIPLE, NibbleLexer.OF, NibbleLexer.PRIVATE, NibbleLexer.RECIPE, NibbleLexer.SIZE,
      NibbleLexer.WEIGHT);
  /** Names that may begin with a question: if-pays. */
  private static final ImmutableSet<Integer> DASHED_NAMES =
      ImmutableSet.<Integer>builder().addAll(NAMES).add(NibbleLexer.IF).build();
  private static final ImmutableSet<Integer> SIZES = ImmutableSet.<Integer>builder().addAll(NAMES)
      .add(NibbleLexer.OPEN_PARENTHESIS, NibbleLexer.INTEGER, NibbleLexer.MINUS).build();
  private static final ImmutableSet<Integer> EXPRESSIONS = ImmutableSet.<Integer>builder().addAll(SIZES)
      .add(NibbleLexer.OPEN_BRACKET, NibbleLexer.REARRANGE, NibbleLexer.REAL, NibbleLexer.STRING, NibbleLexer.TRUE,
          NibbleLexer.FALSE, NibbleLexer.NOT, NibbleLexer.IF).build();
  private static final ImmutableSet<Integer> STATEMENTS = ImmutableSet.<Integer>builder().addAll(EXPRESSIONS)
      .add(NibbleLexer.LET, NibbleLexer.VAR, NibbleLexer.FOR, NibbleLexer.RETURN).build();
  private static final ImmutableSet<Integer> MEMBERS = ImmutableSet.<Integer>builder().addAll(NAMES)
      .add(NibbleLexer.LET, NibbleLexer.FN).build();
  private static final ImmutableSet<Integer> DECLARATIONS = ImmutableSet.of(
      NibbleLexer.IMPORT, NibbleLexer.MODEL, NibbleLexer.BLOCK, NibbleLexer.PRIVATE, NibbleLexer.FN, NibbleLexer.SIZE,
      NibbleLexer.LET, NibbleLexer.RECIPE);
  private static final ImmutableSet<Integer> OPERATORS = ImmutableSet.of(
      NibbleLexer.POWER, NibbleLexer.STAR, NibbleLexer.SLASH, NibbleLexer.PERCENT, NibbleLexer.MATMUL, NibbleLexer.PLUS,
      NibbleLexer.MINUS, NibbleLexer.LESS, NibbleLexer.LESS_EQUAL, NibbleLexer.GREATER, NibbleLexer.GREATER_EQUAL,
      NibbleLexer.EQUAL, NibbleLexer.NOT_EQUAL, NibbleLexer.AND, NibbleLexer.OR, NibbleLexer.AS, NibbleLexer.DOT,
      NibbleLexer.OPEN_PARENTHESIS, NibbleLexer.OPEN_BRACKET);

  /** Tokens that belong together and the words for them, the largest group first. */
  private record Group(ImmutableSet<Integer> tokens, String words) {}

  private static final ImmutableList<Group> GROUPS = ImmutableList.of(
      new Group(DECLARATIONS, "a declaration"),
      new Group(MEMBERS, "a member (size, let, weight, fn, or a block instance 'name: Block')"),
      new Group(STATEMENTS, "a statement"),
      new Group(EXPRESSIONS, "an expression"),
      new Group(SIZES, "a size"),
      new Group(DASHED_NAMES, "a name"),
      new Group(NAMES, "a name"));

  private Expectation() {}

  /** {@code ',' or ')'}; the words for what is expected. */
  static String words(IntervalSet expected) {
    Set<Integer> tokens = new LinkedHashSet<>(expected.toList());
    List<String> words = new ArrayList<>();
    boolean afterOperand = tokens.containsAll(ImmutableSet.of(NibbleLexer.PLUS, NibbleLexer.STAR));
    for (Group group : GROUPS) {
      if (tokens.containsAll(group.tokens())) {
        words.add(group.words());
        tokens.removeAll(group.tokens());
      }
    }
    if (afterOperand) {
      tokens.removeAll(OPERATORS);
    }
    tokens.stream().map(Expectation::name).distinct().forEach(words::add);
    if (words.isEmpty() && afterOperand) {
      words.add("an operator");
    }
    return join(words);
  }

  /** {@code a, b or c}. */
  static String join(List<String> words) {
    return words.size() < 2
        ? String.join("", words)
        : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
  }

  private static String name(int type) {
    return switch (type) {
      case Token.EOF -> "the end of the file";
      case NibbleLexer.NAME -> "a name";
      case NibbleLexer.INTEGER -> "an integer";
      case NibbleLexer.REAL -> "a number";
      case NibbleLexer.STRING -> "a string";
      default -> {
        String literal = NibbleLexer.VOCABULARY.getLiteralName(type);
        yield literal == null ? NibbleLexer.VOCABULARY.getDisplayName(type) : literal;
      }
    };
  }

  /** {@code the name 'x'}: a token as it was found. */
  static String found(Token token) {
    String text = token.getText();
    String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
    return switch (token.getType()) {
      case Token.EOF -> "the end of the file";
      case NibbleLexer.NAME -> "the name '" + shown + "'";
      case NibbleLexer.INTEGER, NibbleLexer.REAL -> "the number " + shown;
      case NibbleLexer.STRING -> "the string " + shown;
      default -> Character.isLetter(shown.charAt(0)) ? "the word '" + shown + "'" : "'" + shown + "'";
    };
  }
}
