package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.List;
import nibble.emulator.model.Function;
import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Statement;
import nibble.emulator.model.Variable;

/** A function as its callers see it: where its parameters and results are. */
final class Frame implements Symbol {
  private final Function function;
  private final List<Symbol> parameters = new ArrayList<>();
  private final List<Symbol> results = new ArrayList<>();
  private final long address;
  private boolean addressTaken;

  /**
   * A function's frame.
   *
   * @param address what pointers to the function hold
   */
  Frame(Function function, long address) {
    this.function = function;
    this.address = address;
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

  long address() {
    return address;
  }

  /** Whether there may be pointers to it. */
  boolean isAddressTaken() {
    return addressTaken;
  }

  void takeAddress() {
    addressTaken = true;
  }

  /** Whether calls that look like the prototype may call it. */
  boolean matches(Statement.Prototype prototype) {
    return !function.isEntry()
        && function.body().isPresent()
        && matches(prototype.parameters(), function.parameters())
        && matches(prototype.results(), function.results());
  }

  private static boolean matches(List<Variable> prototype, List<Variable> formals) {
    boolean matches = prototype.size() == formals.size();
    for (int i = 0; matches && i < formals.size(); i++) {
      Variable formal = formals.get(i);
      matches = prototype.get(i).bytes() == formal.bytes() && prototype.get(i).space() == formal.space();
    }
    return matches;
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
