package nibble.dsl.parse;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import nibble.dsl.grammar.NibbleLexer;
import nibble.dsl.grammar.NibbleParser;
import org.antlr.v4.runtime.Token;

/** What somebody who knows another language probably meant. */
final class SyntaxHints {
  private static final ImmutableMap<String, String> CHARACTERS = ImmutableMap.<String, String>builder()
      .put(";", "statements end with their line")
      .put("!", "negation is 'not', and 'differs from' is !=")
      .put("&", "conjunction is 'and'")
      .put("|", "disjunction is 'or'")
      .put("^", "a power is x ** n")
      .put("'", "strings stand between double quotes")
      .put("#", "comments begin with //")
      .build();

  private static final ImmutableMap<String, String> WORDS = ImmutableMap.<String, String>builder()
      .put("def", "a function is declared with fn")
      .put("func", "a function is declared with fn")
      .put("function", "a function is declared with fn")
      .put("class", "a block is declared with block")
      .put("module", "a model is declared with model, a part of one with block")
      .put("const", "a constant is declared with let")
      .put("mut", "a variable that changes is declared with var")
      .put("while", "loops are counted: for i in 0..n { ... }")
      .put("dim", "a size is declared with size")
      .build();

  /** Rules that fail where a keyword stands for a name. */
  private static final ImmutableSet<Integer> NAMING = ImmutableSet.of(
      NibbleParser.RULE_name, NibbleParser.RULE_targets, NibbleParser.RULE_parameter, NibbleParser.RULE_size);

  private SyntaxHints() {}

  static Optional<String> ofCharacter(String text) {
    return Optional.ofNullable(CHARACTERS.get(text));
  }

  static Optional<String> of(NibbleParser parser, Token previous, Token found) {
    int before = previous == null ? Token.INVALID_TYPE : previous.getType();
    int rule = parser.getContext() == null ? -1 : parser.getContext().getRuleIndex();
    return switch (found.getType()) {
      case NibbleLexer.LESS -> rule == NibbleParser.RULE_function
          ? Optional.of("a function has no list of sizes: each new name in the types of its parameters is one")
          : Optional.empty();
      case NibbleLexer.ASSIGN -> rule == NibbleParser.RULE_expression
          ? Optional.of("equality is written ==")
          : Optional.empty();
      case NibbleLexer.DOT -> before == NibbleLexer.ELLIPSIS
          ? Optional.of("'all other axes' is written with two points: ..")
          : Optional.empty();
      case NibbleLexer.ELLIPSIS -> rule == NibbleParser.RULE_subscript || rule == NibbleParser.RULE_expression
          ? Optional.of("a slice is written with a colon: 0:4")
          : Optional.empty();
      case NibbleLexer.IF -> Optional.of("a choice is written if c then a else b");
      case NibbleLexer.NEW, NibbleLexer.IN, NibbleLexer.LET, NibbleLexer.VAR, NibbleLexer.FOR, NibbleLexer.FN,
          NibbleLexer.AS, NibbleLexer.NOT, NibbleLexer.THEN, NibbleLexer.IMPORT ->
          NAMING.contains(rule)
              ? Optional.of("'" + found.getText() + "' is a keyword and can't be a name")
              : Optional.empty();
      case NibbleLexer.NAME -> Optional.ofNullable(WORDS.get(found.getText()));
      default -> Optional.ofNullable(before == NibbleLexer.NAME ? WORDS.get(previous.getText()) : null);
    };
  }
}
