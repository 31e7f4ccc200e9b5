package nibble.emulator.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nibble.emulator.memory.Addresses;
import nibble.emulator.memory.GlobalMemory;
import nibble.emulator.memory.Region;
import nibble.emulator.memory.WrittenBytes;
import nibble.emulator.model.Function;
import nibble.emulator.model.PtxModule;
import nibble.emulator.model.StateSpace;
import nibble.emulator.model.Variable;
import nibble.emulator.report.Diagnostics;
import nibble.emulator.report.Rejection;

/** Lowers a module: places its variables in memory and lowers all of its functions. */
public final class ModuleLowering {
  /** Functions are so many bytes apart; nothing is there. */
  private static final int FUNCTION_SPACE = 16;

  private final PtxModule module;
  private final Diagnostics diagnostics;
  private final Options options;
  private final Names names = new Names(null);
  private final Map<String, Region> regions = new LinkedHashMap<>();
  private final Map<String, Frame> frames = new LinkedHashMap<>();
  private final Map<String, MemorySymbol> variables = new LinkedHashMap<>();

  private ModuleLowering(PtxModule module, Diagnostics diagnostics, Options options) {
    this.module = module;
    this.diagnostics = diagnostics;
    this.options = options;
  }

  /**
   * Lowers a module; problems are thrown together.
   *
   * @param memory where its global and constant variables go
   */
  public static LoweredModule lower(
      PtxModule module, Diagnostics diagnostics, GlobalMemory memory, Options options) {
    ModuleLowering lowering = new ModuleLowering(module, diagnostics, options);
    lowering.declareVariables(memory);
    lowering.declareFunctions();
    lowering.initialiseVariables();
    TakenAddresses.mark(module, lowering.frames);
    Map<Frame, LoweredFunction> functions = lowering.lowerFunctions(Instrumentation.NONE);
    functions.values().forEach(it -> lowering.refuseRecursion(it, functions));
    try {
      diagnostics.throwIfAny();
    } catch (RuntimeException problems) {
      lowering.regions.values().forEach(memory::free);
      throw problems;
    }
    return new LoweredModule(
        module.target(), functions, lowering::lowerFunctions, lowering.regions);
  }

  private void declareVariables(GlobalMemory memory) {
    for (Variable variable : module.variables()) {
      try {
        declare(variable, memory);
      } catch (Rejection rejection) {
        diagnostics.error(variable.position(), rejection);
      }
    }
  }

  private void initialiseVariables() {
    for (Variable variable : module.variables()) {
      try {
        Region region = regions.get(variable.name());
        if (region != null && variable.initialiser().isPresent()) {
          new Initialisation(region.segment(), variable, names).write(variable.initialiser().get());
        }
      } catch (Rejection rejection) {
        diagnostics.error(variable.position(), rejection);
      }
    }
  }

  private void declare(Variable variable, GlobalMemory memory) {
    MemorySymbol known = variables.get(variable.name());
    if (known != null) {
      // A definition after a declaration, or the other way round.
      return;
    }
    switch (variable.space()) {
      case SHARED -> define(variable, MemorySymbol.small(variable, StateSpace.SHARED));
      case GLOBAL, CONST -> {
        MemorySymbol symbol = new MemorySymbol(definition(variable), variable.space());
        Region region = allocate(memory, symbol.variable());
        // What has no initial value is zero.
        region.written().ifPresent(WrittenBytes::writeAll);
        regions.put(variable.name(), region);
        symbol.place(region.base());
        define(variable, symbol);
      }
      default -> throw new Rejection("a module has no variables in ." + variable.space().text() + " space");
    }
  }

  private static Region allocate(GlobalMemory memory, Variable variable) {
    try {
      return memory.allocate(variable.bytes(), variable.name(), variable.space() == StateSpace.CONST);
    } catch (OutOfMemoryError full) {
      throw new Rejection(full.getMessage());
    }
  }

  private void define(Variable variable, MemorySymbol symbol) {
    names.declare(variable.name(), symbol);
    variables.put(variable.name(), symbol);
  }

  /** The variable itself where this is only its declaration. */
  private Variable definition(Variable declaration) {
    if (declaration.linkage() != Variable.Linkage.EXTERN) {
      return declaration;
    }
    return module.variables().stream()
        .filter(it -> it.name().equals(declaration.name()) && it.linkage() != Variable.Linkage.EXTERN)
        .findFirst()
        .orElseThrow(() -> new Rejection("'" + declaration.name() + "' is declared, but defined in no module"));
  }

  private void declareFunctions() {
    Map<String, Function> bodies = new HashMap<>();
    for (Function function : module.functions()) {
      bodies.merge(function.name(), function, (a, b) -> a.body().isPresent() ? a : b);
    }
    for (Function function : module.functions()) {
      if (!frames.containsKey(function.name())) {
        Frame frame = new Frame(bodies.get(function.name()), Addresses.CODE + FUNCTION_SPACE * (frames.size() + 1L));
        frames.put(function.name(), frame);
        declare(function.name(), frame);
      } else if (function.body().isPresent() && bodies.get(function.name()) != function) {
        diagnostics.error(function.position(), "'" + function.name() + "' is defined twice");
      }
    }
    module.aliases().forEach(
        (alias, name) -> {
          if (frames.containsKey(name)) {
            declare(alias, frames.get(name));
          }
        });
  }

  private void declare(String name, Frame frame) {
    try {
      names.declare(name, frame);
    } catch (Rejection rejection) {
      diagnostics.error(frame.function().position(), rejection);
    }
  }

  private Map<Frame, LoweredFunction> lowerFunctions(Instrumentation instrumentation) {
    Map<Frame, LoweredFunction> functions = new LinkedHashMap<>();
    List<Frame> pointees = frames.values().stream().filter(Frame::isAddressTaken).toList();
    for (Frame frame : frames.values()) {
      if (frame.function().body().isPresent()) {
        FunctionLowering lowering =
            new FunctionLowering(module, frame, diagnostics, options, pointees, instrumentation);
        functions.put(frame, lowering.lower(names));
      }
    }
    return functions;
  }

  private void refuseRecursion(LoweredFunction start, Map<Frame, LoweredFunction> functions) {
    List<LoweredFunction> work = new ArrayList<>(List.of(start));
    Set<Frame> seen = new LinkedHashSet<>();
    while (!work.isEmpty()) {
      for (Frame callee : work.remove(work.size() - 1).callees()) {
        if (callee == start.frame()) {
          diagnostics.error(
              start.frame().function().position(),
              "'" + start.frame().name() + "' calls itself; recursion is not supported");
          return;
        }
        if (seen.add(callee)) {
          work.add(functions.get(callee));
        }
      }
    }
  }
}
