package nibble.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Type;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;
import nibble.ir.shape.SymbolBounds;

/**
 * Reads the text form. What it returns is well-formed text, not yet a valid module: that is for the verifier to say.
 */
public final class Parser {
  private final TextReader in;
  private final boolean inPlace;

  private Parser(TextReader in, boolean inPlace) {
    this.in = in;
    this.inPlace = inPlace;
  }

  /**
   * Reads a module.
   *
   * @param file name for messages
   * @throws InputException at the first thing that is no text form
   */
  public static Module parse(String text, String file, Registry registry) {
    return parse(text, file, registry, false);
  }

  /**
   * Reads a module, and gives each operation and function its place in this text instead of the location that it
   * states: for messages about the text itself.
   *
   * @param file name for messages
   * @throws InputException at the first thing that is no text form
   */
  public static Module parseInPlace(String text, String file, Registry registry) {
    return parse(text, file, registry, true);
  }

  private static Module parse(String text, String file, Registry registry, boolean inPlace) {
    Parser parser = new Parser(new TextReader(text, file, registry), inPlace);
    Module module = parser.module();
    if (!parser.in.atEnd()) {
      throw parser.in.error("nothing may follow the module");
    }
    return module;
  }

  private Module module() {
    in.expect("module");
    String name = in.symbolName();
    in.expect("{");
    List<SymbolBounds> symbols = new ArrayList<>();
    while (in.accept("symbol")) {
      Token start = in.peek();
      SymbolBounds symbol = in.checked(start, this::symbol);
      if (symbols.stream().anyMatch(other -> other.name().equals(symbol.name()))) {
        throw in.errorAt(start, "the size " + symbol.name() + " is declared twice");
      }
      symbols.add(symbol);
    }
    List<Function> functions = new ArrayList<>();
    while (!in.accept("}")) {
      Token start = in.peek();
      Function function = function();
      if (functions.stream().anyMatch(other -> other.name().equals(function.name()))) {
        throw in.errorAt(start, "there are two functions @" + function.name());
      }
      functions.add(function);
    }
    return Module.of(name, symbols, functions);
  }

  private SymbolBounds symbol() {
    String name = in.word();
    long minimum = 1;
    if (in.accept("min")) {
      minimum = in.integer();
    }
    long divisor = 1;
    if (in.accept("multiple")) {
      in.expect("of");
      divisor = in.integer();
    }
    return new SymbolBounds(name, minimum, divisor);
  }

  private Function function() {
    in.expect("func");
    Token start = in.peek();
    String name = in.symbolName();
    Map<String, Value> scope = new HashMap<>();
    ImmutableList<Value> parameters = in.list("(", ")", () -> argument(scope));
    Block body = body(parameters, "return", scope);
    return new Function(name, body, location(start));
  }

  private Value argument(Map<String, Value> scope) {
    Token token = in.peek();
    String name = in.valueName();
    in.expect(":");
    return define(scope, name, in.type(), token);
  }

  private Block body(ImmutableList<Value> arguments, String end, Map<String, Value> scope) {
    in.expect("{");
    ImmutableList.Builder<Operation> operations = ImmutableList.builder();
    while (!in.at(end)) {
      if (in.at("}") || in.atEnd()) {
        throw in.error("a block must end with '" + end + "'");
      }
      operations.add(operation(scope));
    }
    in.expect(end);
    ImmutableList<Value> results = values(scope);
    in.expect("}");
    return new Block(arguments, operations.build(), results);
  }

  private Operation operation(Map<String, Value> scope) {
    List<Token> results = new ArrayList<>();
    if (in.peek().kind() == Token.Kind.VALUE) {
      do {
        results.add(in.peek());
        in.valueName();
      } while (in.accept(","));
      in.expect("=");
    }
    Token start = in.peek();
    String name = in.word();
    Class<? extends Op> type = in.registry().op(name).orElseThrow(() ->
        in.unknown("op", name, start, in.registry().ops().keySet()));
    // An op without operands may stand right before a line that starts with a value.
    boolean sameLine = in.location().line() == start.location().line();
    ImmutableList<Value> operands = sameLine ? values(scope) : ImmutableList.of();
    Map<String, Object> attributes = attributes(OpRecord.of(type), name);
    ImmutableList.Builder<Block> regions = ImmutableList.builder();
    while (in.accept("do")) {
      Map<String, Value> inner = new HashMap<>(scope);
      ImmutableList<Value> arguments = in.list("(", ")", () -> argument(inner));
      regions.add(in.nested(() -> body(arguments, "yield", inner)));
    }
    List<Type> types = resultTypes(results.size(), start);
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      values.add(define(scope, results.get(i).text(), types.get(i), results.get(i)));
    }
    Op op = make(OpRecord.of(type), attributes, types, start);
    return new Operation(op, operands, ImmutableList.copyOf(values), regions.build(), location(start));
  }

  private Map<String, Object> attributes(OpRecord record, String op) {
    Map<String, Object> attributes = new HashMap<>();
    if (in.accept("{")) {
      do {
        Token token = in.peek();
        String name = in.word();
        int index = record.names().indexOf(name);
        if (index < 0 || record.isResult(index)) {
          throw in.hinted(token, op + " has no attribute '" + name + "'",
              Suggestion.didYouMean(name, record.attributeNames()));
        }
        in.expect("=");
        if (attributes.put(name, in.checked(token, () -> Attributes.parse(in, record.type(index)))) != null) {
          throw in.errorAt(token, "the attribute " + name + " is given twice");
        }
      } while (in.accept(","));
      in.expect("}");
    }
    return attributes;
  }

  private List<Type> resultTypes(int count, Token start) {
    List<Type> types = new ArrayList<>();
    if (in.accept(":")) {
      do {
        types.add(in.type());
      } while (in.accept(","));
    }
    if (types.size() != count) {
      throw in.errorAt(start, start.text() + " has " + counted(count, "result") + " here but "
          + counted(types.size(), "result type"));
    }
    return types;
  }

  private static String counted(int count, String thing) {
    return count + " " + thing + (count == 1 ? "" : "s");
  }

  private Op make(OpRecord record, Map<String, Object> attributes, List<Type> types, Token start) {
    Object[] values = new Object[record.size()];
    for (int i = 0; i < values.length; i++) {
      String name = record.name(i);
      if (record.isResult(i)) {
        if (types.size() != 1 || !((Class<?>) record.type(i)).isInstance(types.getFirst())) {
          String kind = record.type(i) == TensorType.class ? "tensor" : ((Class<?>) record.type(i)).getSimpleName();
          throw in.errorAt(start, start.text() + " has one result, a " + kind);
        }
        values[i] = types.getFirst();
      } else if (attributes.containsKey(name)) {
        values[i] = attributes.get(name);
      } else if (Attributes.isOptional(record.type(i))) {
        values[i] = Optional.empty();
      } else {
        throw in.errorAt(start, start.text() + " needs the attribute " + name);
      }
    }
    return in.checked(start, () -> record.make(values));
  }

  private ImmutableList<Value> values(Map<String, Value> scope) {
    ImmutableList.Builder<Value> values = ImmutableList.builder();
    if (in.peek().kind() == Token.Kind.VALUE) {
      do {
        Token token = in.peek();
        Value value = scope.get(in.valueName());
        if (value == null) {
          throw in.unknown("value", "%" + token.text(), token, scope.keySet().stream().map(n -> "%" + n).toList());
        }
        values.add(value);
      } while (in.accept(","));
    }
    return values.build();
  }

  private Value define(Map<String, Value> scope, String name, Type type, Token token) {
    Value value = new Value(name, type);
    if (scope.put(name, value) != null) {
      throw in.errorAt(token, "%" + name + " is defined twice");
    }
    return value;
  }

  private Location location(Token start) {
    Location stated = stated();
    return inPlace ? start.location() : stated;
  }

  private Location stated() {
    if (!in.accept("loc")) {
      return Location.UNKNOWN;
    }
    in.expect("(");
    Location location = in.accept("unknown") ? Location.UNKNOWN : position();
    if (in.accept("in")) {
      location = location.in(path());
    }
    in.expect(")");
    return location;
  }

  private Location position() {
    String file = in.string();
    in.expect(":");
    int line = in.int32();
    in.expect(":");
    return Location.of(file, line, in.int32());
  }

  /** A path is a string, or dotted names with indices that the lexer gives as words, numbers and punctuation. */
  private String path() {
    if (in.peek().kind() == Token.Kind.STRING) {
      return in.string();
    }
    StringBuilder path = new StringBuilder();
    while (in.peek().kind() == Token.Kind.WORD || in.peek().kind() == Token.Kind.NUMBER
        || in.at(".") || in.at("[") || in.at("]")) {
      path.append(in.take().text());
    }
    if (path.isEmpty()) {
      throw in.error("expected a path but found " + in.peek().described());
    }
    return path.toString();
  }
}
