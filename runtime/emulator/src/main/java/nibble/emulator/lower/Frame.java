package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.model.Function;
import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Variable;

/** A function as its callers see it: where its parameters and results are. */
final class Frame implements Symbol {
  private final Function function;
  private final List<Symbol> parameters = new ArrayList<>();
  private final List<Symbol> results = new ArrayList<>();

  Frame(Function function) {
    this.function = function;
    function.parameters().forEach(it -> parameters.add(formal(it)));
    function.results().forEach(it -> results.add(formal(it)));
    if (function.isEntry()) {
      placeParameters();
    }
  }

  private Symbol formal(Variable variable) {
    if (variable.space() == StateSpace.REG) {
      VirtualRegister register = new VirtualRegister(variable.name(), variable.type());
      register.pin();
      return new Register(register);
    }
    return new MemorySymbol(variable, function.isEntry() ? StateSpace.PARAM : StateSpace.LOCAL);
  }

  private void placeParameters() {
    long end = 0;
    for (Symbol symbol : parameters) {
      if (symbol instanceof MemorySymbol parameter) {
        long align = parameter.variable().align();
        long address = (end + align - 1) / align * align;
        parameter.place(address);
        end = address + parameter.variable().bytes();
      }
    }
  }

  Function function() {
    return function;
  }

  String name() {
    return function.name();
  }

  List<Symbol> parameters() {
    return parameters;
  }

  List<Symbol> results() {
    return results;
  }
}
