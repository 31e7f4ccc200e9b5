package nibble.emulator.lower;

import java.util.List;
import java.util.Optional;
import nibble.emulator.code.Bank;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.StateSpace;
import nibble.emulator.report.Rejection;
import nibble.emulator.report.Suggestion;

/** {@code call (results), function, (arguments)}: copies arguments in and results out. */
final class Calls {
  /** Functions that the machine has itself. */
  private static final List<String> BUILT_IN = List.of("vprintf", "__assertfail");

  /** The number of {@code eq} among comparisons. */
  private static final int EQUAL = 1;

  private Calls() {}

  static void call(Emission it) {
    int at = it.operand(0) instanceof Operand.Group ? 1 : 0;
    List<Operand> results = at == 0 ? List.of() : ((Operand.Group) it.operand(0)).elements();
    List<Operand> arguments =
        it.count() > at + 1 && it.operand(at + 1) instanceof Operand.Group group ? group.elements() : List.of();
    if (at >= it.count() || !(it.operand(at) instanceof Operand.Name name)) {
      throw new Rejection("a call names a function, or a register that holds a function's address");
    }
    Symbol symbol = it.names().get(name.text());
    if (symbol instanceof Frame callee) {
      call(it, callee, arguments, results);
    } else if (symbol instanceof Symbol.Register && it.operand(it.count() - 1) instanceof Operand.Name shape) {
      indirect(it, it.read(name, 64), candidates(it, shape), arguments, results);
    } else {
      throw new Rejection("'" + name + "' is no function, nor a register with a prototype behind its arguments");
    }
  }

  private static void call(Emission it, Frame callee, List<Operand> arguments, List<Operand> results) {
    if (arguments.size() != callee.parameters().size() || results.size() != callee.results().size()) {
      throw new Rejection(
          "'" + callee.name() + "' takes " + callee.parameters().size() + " arguments and gives "
              + callee.results().size() + " results, not " + arguments.size() + " and " + results.size());
    }
    if (callee.function().isEntry()) {
      throw new Rejection("'" + callee.name() + "' is a kernel; only a host can launch it");
    }
    if (callee.function().body().isEmpty()) {
      builtIn(it, callee, arguments, results);
    } else {
      direct(it, callee, arguments, results);
    }
  }

  /**
   * The functions that an indirect call may call: those in its list, or all of its prototype's shape to which there are
   * pointers.
   */
  private static List<Frame> candidates(Emission it, Operand.Name shape) {
    return switch (it.names().get(shape.text())) {
      case Symbol.Prototype prototype ->
          it.function().pointees().stream().filter(frame -> frame.matches(prototype.prototype())).toList();
      case Symbol.Targets list -> list.targets().targets().stream().map(name -> function(it, name)).toList();
      default -> throw new Rejection("'" + shape + "' is neither a prototype nor a list of functions");
    };
  }

  private static Frame function(Emission it, String name) {
    if (it.names().get(name) instanceof Frame frame) {
      return frame;
    }
    throw new Rejection("'" + name + "' is no function");
  }

  /**
   * Calls one of some functions: for each, the lanes that hold its address call it. All go on together.
   *
   * <pre>
   *   p = address == f     @!p bra NEXT     call f     bra DONE
   *   NEXT: ...            fault: no function is there
   *   DONE:
   * </pre>
   */
  private static void indirect(
      Emission guarded, Arg address, List<Frame> candidates, List<Operand> arguments, List<Operand> results) {
    LoweredBlock done = new LoweredBlock();
    Emission it = guarded.guard().isPresent() ? guarded.unguarded(done) : guarded;
    for (Frame callee : candidates) {
      VirtualRegister isCalled = it.temporary(PtxType.PRED);
      it.step(
          "LongComparison.unsigned",
          Arg.write(isCalled), address, new Arg.LongConstant(callee.address()), Arg.number(EQUAL));
      LoweredBlock here = new LoweredBlock();
      LoweredBlock next = new LoweredBlock();
      it.function().end(new End.Branch(new Guard(isCalled, false), here, next), here);
      call(it, callee, arguments, results);
      it.function().end(new End.Jump(done), next);
    }
    it.step("Traps.noFunction", address, new Arg.Site());
    it.function().end(new End.Leave(Optional.empty(), true, Optional.empty()), done);
  }

  private static void direct(Emission it, Frame callee, List<Operand> arguments, List<Operand> results) {
    it.function().mention(callee);
    for (int i = 0; i < arguments.size(); i++) {
      copyIn(it, callee.parameters().get(i), arguments.get(i));
    }
    LoweredBlock next = new LoweredBlock();
    it.function().end(new End.Call(it.guard(), callee, next), next);
    for (int i = 0; i < results.size(); i++) {
      copyOut(it, callee.results().get(i), results.get(i));
    }
  }

  private static void copyIn(Emission it, Symbol formal, Operand actual) {
    switch (formal) {
      case MemorySymbol parameter -> {
        it.function().mention(parameter);
        if (it.symbol(actual).orElse(null) instanceof MemorySymbol argument) {
          it.function().mention(argument);
          copy(it, parameter, argument);
        } else {
          PtxType type = parameter.variable().type();
          store(it, it.read(actual, type.bits()), parameter, type.bytes());
        }
      }
      case Symbol.Register parameter -> move(it, Arg.write(parameter.register()), parameter.register(), actual);
      default -> throw new IllegalStateException("no formal parameter: " + formal);
    }
  }

  private static void copyOut(Emission it, Symbol formal, Operand actual) {
    switch (formal) {
      case MemorySymbol result -> {
        it.function().mention(result);
        if (it.symbol(actual).orElse(null) instanceof MemorySymbol target) {
          it.function().mention(target);
          copy(it, target, result);
        } else if (!(actual instanceof Operand.Name name && name.isSink())) {
          PtxType type = result.variable().type();
          boolean isLong = type.bits() == 64;
          it.step(
              isLong ? "CallParameters.loadWide" : "CallParameters.loadWord",
              it.write(actual, type.bits()), new Arg.SymbolNumber(result), Arg.number(type.bytes()));
        }
      }
      case Symbol.Register result -> {
        if (result.register().bank() == Bank.PREDICATE) {
          it.step("Predicates.move", it.writePredicate(actual), Arg.read(result.register()));
        } else {
          int bits = result.register().type().bits();
          it.step(bits == 64 ? "Moves.wide" : "Moves.word", it.write(actual, bits), Arg.read(result.register()));
        }
      }
      default -> throw new IllegalStateException("no formal result: " + formal);
    }
  }

  private static void move(Emission it, Arg target, VirtualRegister formal, Operand actual) {
    if (formal.bank() == Bank.PREDICATE) {
      it.step("Predicates.move", target, it.readPredicate(actual));
    } else {
      int bits = formal.type().bits();
      it.step(bits == 64 ? "Moves.wide" : "Moves.word", target, it.read(actual, bits));
    }
  }

  private static void copy(Emission it, MemorySymbol to, MemorySymbol from) {
    if (to.space() != StateSpace.LOCAL || from.space() != StateSpace.LOCAL) {
      throw new Rejection("'" + from + "' cannot be passed: it is no parameter of this call");
    }
    long bytes = Math.min(to.variable().bytes(), from.variable().bytes());
    List<Arg> arguments =
        List.of(new Arg.SymbolNumber(to), new Arg.SymbolNumber(from), Arg.number(Math.toIntExact(bytes)));
    it.step("CallParameters.copy", arguments);
    if (it.function().isWatched()) {
      it.step("Watch.copyLocal", arguments);
    }
  }

  /** Writes a register to a variable in local memory. */
  private static void store(Emission it, Arg register, MemorySymbol variable, int bytes) {
    Arg to = new Arg.SymbolNumber(variable);
    it.step(bytes == 8 ? "CallParameters.storeWide" : "CallParameters.storeWord", register, to, Arg.number(bytes));
    if (it.function().isWatched()) {
      it.step("Watch.writeLocal", to, Arg.number(bytes));
    }
  }

  private static void builtIn(Emission it, Frame callee, List<Operand> arguments, List<Operand> results) {
    switch (callee.name()) {
      case "vprintf" -> {
        it.step("BuiltIns.print", argument(it, arguments, 0), argument(it, arguments, 1), new Arg.Site());
        for (Operand result : results) {
          if (it.symbol(result).orElse(null) instanceof MemorySymbol target) {
            it.function().mention(target);
            store(it, new Arg.WordConstant(1), target, 4);
          }
        }
      }
      case "__assertfail" ->
          it.step(
              "BuiltIns.assertFail",
              argument(it, arguments, 0), argument(it, arguments, 1), argument(it, arguments, 2), new Arg.Site());
      default -> {
        Optional<String> hint = whyMissing(callee.name()).or(() -> Suggestion.didYouMean(callee.name(), BUILT_IN));
        throw new Rejection("function '" + callee.name() + "' has no body, and the machine has none for it", hint);
      }
    }
  }

  /** Functions that compilers leave to the driver. */
  private static Optional<String> whyMissing(String name) {
    if (name.equals("malloc") || name.equals("free")) {
      return Optional.of("kernels have no heap here: give the kernel a buffer");
    }
    return name.startsWith("__cudaCDP") || name.startsWith("cuda")
        ? Optional.of("kernels can't use CUDA's runtime here, such as launch other kernels: launch these from the host")
        : Optional.empty();
  }

  /** An argument of a built-in function in a register: from its parameter variable, or the register itself. */
  private static Arg argument(Emission it, List<Operand> arguments, int index) {
    Operand actual = arguments.get(index);
    if (it.symbol(actual).orElse(null) instanceof MemorySymbol variable) {
      it.function().mention(variable);
      PtxType type = variable.variable().type();
      VirtualRegister value = it.temporary(type.bits() == 64 ? PtxType.B64 : PtxType.B32);
      it.step(
          type.bits() == 64 ? "CallParameters.loadWide" : "CallParameters.loadWord",
          Arg.write(value), new Arg.SymbolNumber(variable), Arg.number(type.bytes()));
      return Arg.read(value);
    }
    return it.read(actual, 64);
  }
}
