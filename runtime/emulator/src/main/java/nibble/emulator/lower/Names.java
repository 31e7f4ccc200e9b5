package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.Variable;
import nibble.emulator.report.Rejection;
import nibble.emulator.report.Suggestion;

/** The names of a scope. Those of inner scopes hide those of outer ones. */
final class Names {
  private static final String SELECTORS = "xyzw";

  private final Names outer;
  private final Map<String, Symbol> symbols = new HashMap<>();
  private final Map<String, Symbol> ofRanges = new HashMap<>();
  private final Map<String, LoweredBlock> labels = new HashMap<>();
  private final List<Variable> ranges = new ArrayList<>();

  Names(Names outer) {
    this.outer = outer;
  }

  /** Declares registers; those of a range exist once they are used. */
  void declareRegisters(Variable variable) {
    if (variable.range() > 0) {
      ranges.add(variable);
      return;
    }
    declare(variable.name(), create(variable.name(), variable));
  }

  private static Symbol create(String name, Variable variable) {
    if (variable.type() == PtxType.B128) {
      return new Symbol.Wide(
          new VirtualRegister(name + ".low", PtxType.B64), new VirtualRegister(name + ".high", PtxType.B64));
    }
    if (variable.lanes() > 1) {
      List<VirtualRegister> elements = new ArrayList<>();
      for (int i = 0; i < variable.lanes(); i++) {
        elements.add(new VirtualRegister(name + "." + SELECTORS.charAt(i), variable.type()));
      }
      return new Symbol.Elements(elements);
    }
    return new Symbol.Register(new VirtualRegister(name, variable.type()));
  }

  void declare(String name, Symbol symbol) {
    if (symbols.put(name, symbol) != null) {
      throw new Rejection("'" + name + "' is declared twice in this scope");
    }
  }

  void declareLabel(String name, LoweredBlock block) {
    if (labels.put(name, block) != null) {
      throw new Rejection("label '" + name + "' stands twice in this scope");
    }
  }

  /** The block behind a label. */
  LoweredBlock label(String name) {
    for (Names scope = this; scope != null; scope = scope.outer) {
      LoweredBlock block = scope.labels.get(name);
      if (block != null) {
        return block;
      }
    }
    TreeSet<String> known = new TreeSet<>();
    for (Names scope = this; scope != null; scope = scope.outer) {
      known.addAll(scope.labels.keySet());
    }
    throw new Rejection("there is no label '" + name + "' here", Suggestion.didYouMean(name, known));
  }

  /** What a name stands for, if it is declared. */
  Optional<Symbol> find(String name) {
    for (Names scope = this; scope != null; scope = scope.outer) {
      Symbol symbol = scope.local(name);
      if (symbol != null) {
        return Optional.of(symbol);
      }
    }
    return element(name);
  }

  /** What a name stands for. */
  Symbol get(String name) {
    return find(name)
        .orElseThrow(() -> new Rejection("'" + name + "' is not declared", hint(name)));
  }

  /** Why the name means nothing here, the range that it is outside of, or the name that was meant. */
  private Optional<String> hint(String name) {
    if (name.startsWith("%envreg") || name.startsWith("%pm")) {
      return Optional.of(
          "the driver or the chip fills it, such as for barriers of the whole grid; the machine does not");
    }
    String prefix = name.replaceFirst("\\d+$", "");
    TreeSet<String> known = new TreeSet<>();
    for (Names scope = this; scope != null; scope = scope.outer) {
      for (Variable range : scope.ranges) {
        if (range.name().equals(prefix)) {
          String last = prefix + (range.range() - 1);
          return Optional.of(prefix + "<" + range.range() + "> declares " + prefix + "0 to " + last);
        }
      }
      known.addAll(scope.symbols.keySet());
    }
    return Suggestion.didYouMean(name, known);
  }

  private Symbol local(String name) {
    Symbol symbol = symbols.get(name);
    if (symbol == null && !ranges.isEmpty()) {
      symbol = ofRanges.get(name);
      return symbol == null ? inRange(name) : symbol;
    }
    return symbol;
  }

  private Symbol inRange(String name) {
    int digits = name.length();
    while (digits > 0 && Character.isDigit(name.charAt(digits - 1))) {
      digits--;
    }
    // %r10 may be of %r<20>, and in theory of %r1<5>.
    for (int start = digits; start < name.length() && name.length() - start <= 9; start++) {
      if (name.charAt(start) == '0' && start < name.length() - 1) {
        continue;
      }
      int number = Integer.parseInt(name.substring(start));
      for (Variable range : ranges) {
        if (number < range.range() && name.startsWith(range.name()) && range.name().length() == start) {
          Symbol symbol = create(name, range);
          ofRanges.put(name, symbol);
          return symbol;
        }
      }
    }
    return null;
  }

  /** {@code vector.x}. */
  private Optional<Symbol> element(String name) {
    int dot = name.lastIndexOf('.');
    if (dot < 0 || dot != name.length() - 2) {
      return Optional.empty();
    }
    int index = SELECTORS.indexOf(name.charAt(dot + 1)) >= 0
        ? SELECTORS.indexOf(name.charAt(dot + 1))
        : "rgba".indexOf(name.charAt(dot + 1));
    return find(name.substring(0, dot))
        .filter(it -> it instanceof Symbol.Elements elements && index >= 0 && index < elements.registers().size())
        .map(it -> new Symbol.Register(((Symbol.Elements) it).registers().get(index)));
  }
}
