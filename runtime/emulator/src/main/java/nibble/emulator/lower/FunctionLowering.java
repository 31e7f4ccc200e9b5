package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nibble.emulator.code.Site;
import nibble.emulator.model.Position;
import nibble.emulator.model.PtxModule;
import nibble.emulator.model.PtxType;
import nibble.emulator.model.SourceLine;
import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Statement;
import nibble.emulator.model.Variable;
import nibble.emulator.report.Diagnostics;
import nibble.emulator.report.Rejection;
import nibble.emulator.table.FormTable;
import nibble.emulator.table.Match;

/** Lowers a function: resolves names, looks instructions up in the table, cuts the body into blocks. */
final class FunctionLowering {
  private final PtxModule module;
  private final Frame frame;
  private final Diagnostics diagnostics;
  private final Options options;
  private final List<Frame> pointees;
  private final Instrumentation instrumentation;
  private final List<LoweredBlock> blocks = new ArrayList<>();
  private final List<Site> sites = new ArrayList<>();
  private final Set<Frame> callees = new LinkedHashSet<>();
  private final Set<MemorySymbol> symbols = new LinkedHashSet<>();
  private LoweredBlock current;
  private Optional<SourceLine> source = Optional.empty();

  /**
   * Prepares a function.
   *
   * @param pointees the functions to which there may be pointers
   * @param instrumentation what the code shall tell an observer
   */
  FunctionLowering(
      PtxModule module, Frame frame, Diagnostics diagnostics, Options options, List<Frame> pointees,
      Instrumentation instrumentation) {
    this.module = module;
    this.frame = frame;
    this.diagnostics = diagnostics;
    this.options = options;
    this.pointees = pointees;
    this.instrumentation = instrumentation;
  }

  /**
   * Lowers it; problems go to the diagnostics.
   *
   * @param globals the module's names
   */
  LoweredFunction lower(Names globals) {
    Names names = new Names(globals);
    declareFormals(names, frame.function().parameters(), frame.parameters());
    declareFormals(names, frame.function().results(), frame.results());
    begin(new LoweredBlock());
    scope(names, frame.function().body().orElseThrow());
    if (current != null) {
      current.end(new End.Leave(Optional.empty(), frame.function().isEntry(), Optional.empty()));
    }
    // Of a function with problems some blocks may have no end; nobody will run it.
    List<LoweredBlock> tidy = diagnostics.hasErrors() ? List.of() : Blocks.tidy(blocks);
    tidy.forEach(RecallOperands::recall);
    if (instrumentation.observes() && !tidy.isEmpty()) {
      WatchWarpgroupRegisters.watch(tidy, frame.function().isEntry());
    }
    if (instrumentation.tracksRegisters() && !tidy.isEmpty()) {
      TrackRegisters.track(tidy, frame.function().isEntry());
    }
    return new LoweredFunction(frame, tidy, sites, callees, List.copyOf(symbols));
  }

  private void declareFormals(Names names, List<Variable> variables, List<Symbol> formals) {
    for (int i = 0; i < formals.size(); i++) {
      Variable variable = variables.get(i);
      Symbol formal = formals.get(i);
      guarded(variable.position(), () -> names.declare(variable.name(), formal));
    }
  }

  // Statements

  private void scope(Names names, Statement.Scope scope) {
    for (Statement statement : scope.statements()) {
      if (statement instanceof Statement.Label label) {
        guarded(label.position(), () -> names.declareLabel(label.name(), new LoweredBlock()));
      }
    }
    for (Statement statement : scope.statements()) {
      switch (statement) {
        case Statement.Label it -> begin(names.label(it.name()));
        case Statement.Instruction it -> guarded(it.position(), () -> instruction(names, it));
        case Statement.Declaration it -> it.variables().forEach(v -> guarded(v.position(), () -> declare(names, v)));
        case Statement.Scope it -> scope(new Names(names), it);
        case Statement.Location it ->
            source = Optional.ofNullable(module.files().get(it.file())).map(file -> new SourceLine(file, it.line()));
        case Statement.Targets it -> guarded(it.position(), () -> names.declare(it.name(), new Symbol.Targets(it)));
        case Statement.Prototype it ->
            guarded(it.position(), () -> names.declare(it.name(), new Symbol.Prototype(it)));
      }
    }
  }

  private void guarded(Position position, Runnable work) {
    try {
      work.run();
    } catch (Rejection rejection) {
      diagnostics.error(position, rejection);
    }
  }

  private void declare(Names names, Variable variable) {
    switch (variable.space()) {
      case REG -> names.declareRegisters(variable);
      // The parameters of calls are private memory of the thread.
      case PARAM -> names.declare(variable.name(), MemorySymbol.small(variable, StateSpace.LOCAL));
      case SHARED, LOCAL -> names.declare(variable.name(), MemorySymbol.small(variable, variable.space()));
      default ->
          throw new Rejection("a function cannot declare a variable in ." + variable.space().text() + " space");
    }
  }

  private void instruction(Names names, Statement.Instruction instruction) {
    Match match = FormTable.standard().find(instruction.opcode(), instruction.operands().size());
    match.unmet(module.target(), module.version()).ifPresent(
        lack -> {
          throw new Rejection("'" + instruction.opcode() + "' " + lack);
        });
    Optional<Guard> guard = instruction.guard().map(it -> guard(names, it));
    if (current == null) {
      begin(new LoweredBlock());
    }
    int site = sites.size();
    sites.add(new Site(frame.name(), instruction.position().line(), source, instruction.toString()));
    current.instructions().add(new LoweredBlock.Counted(match.form(), site));
    Lowerings.of(match).lower(new Emission(this, names, instruction, match, guard, site));
  }

  private static Guard guard(Names names, Statement.Guard guard) {
    if (names.get(guard.register()) instanceof Symbol.Register register
        && register.register().type() == PtxType.PRED) {
      return new Guard(register.register(), guard.negated());
    }
    throw new Rejection("'" + guard.register() + "' is not a predicate");
  }

  // What emissions ask for

  PtxModule module() {
    return module;
  }

  Frame frame() {
    return frame;
  }

  Options options() {
    return options;
  }

  List<Frame> pointees() {
    return pointees;
  }

  /** Whether an observer is told. */
  boolean isWatched() {
    return instrumentation.observes();
  }

  /** A place before an access at which a schedule may let others run. */
  void point() {
    if (instrumentation.steps()) {
      cut();
    }
  }

  void add(LoweredStep step) {
    current.steps().add(step);
  }

  /** Notes that the function uses a variable. */
  void mention(MemorySymbol symbol) {
    symbols.add(symbol);
  }

  void mention(Frame callee) {
    callees.add(callee);
  }

  /** The block under construction. */
  LoweredBlock current() {
    return current;
  }

  /** Ends the current block; what follows without a label is another one. */
  void end(End end) {
    current.end(end);
    current = null;
  }

  /** Ends the current block, which the given one follows. */
  void end(End end, LoweredBlock next) {
    end(end);
    begin(next);
  }

  private void begin(LoweredBlock block) {
    if (current != null) {
      current.end(new End.Jump(block));
    }
    current = block;
    blocks.add(block);
  }

  /** Starts a block that is to have no steps before what comes next. */
  void cut() {
    if (!current.isEmpty()) {
      begin(new LoweredBlock());
    }
  }
}
