package nibble.emulator.lower;

import java.util.List;
import java.util.Map;
import nibble.emulator.model.Function;
import nibble.emulator.model.Operand;
import nibble.emulator.model.PtxModule;
import nibble.emulator.model.Statement;
import nibble.emulator.model.Variable;

/**
 * Finds the functions to which a module makes pointers: those that initial values or instructions other than calls
 * name.
 */
final class TakenAddresses {
  private final PtxModule module;
  private final Map<String, Frame> frames;

  private TakenAddresses(PtxModule module, Map<String, Frame> frames) {
    this.module = module;
    this.frames = frames;
  }

  /** Marks the frames of these functions. */
  static void mark(PtxModule module, Map<String, Frame> frames) {
    TakenAddresses search = new TakenAddresses(module, frames);
    for (Variable variable : module.variables()) {
      variable.initialiser().ifPresent(search::visit);
    }
    for (Function function : module.functions()) {
      function.body().ifPresent(search::visit);
    }
  }

  private void visit(Variable.Initialiser initialiser) {
    switch (initialiser) {
      case Variable.Initialiser.Value value -> visit(value.operand());
      case Variable.Initialiser.Elements elements -> elements.elements().forEach(this::visit);
    }
  }

  private void visit(Statement statement) {
    switch (statement) {
      case Statement.Scope scope -> scope.statements().forEach(this::visit);
      case Statement.Instruction it when !it.mnemonic().equals("call") -> visit(it.operands());
      case Statement.Instruction it -> {}
      case Statement.Label it -> {}
      case Statement.Prototype it -> {}
      case Statement.Targets it -> {}
      case Statement.Declaration it -> {}
      case Statement.Location it -> {}
    }
  }

  private void visit(List<Operand> operands) {
    operands.forEach(this::visit);
  }

  private void visit(Operand operand) {
    switch (operand) {
      case Operand.Name name -> take(name);
      case Operand.Displaced displaced -> take(displaced.name());
      case Operand.Generic generic -> take(generic.name());
      case Operand.Vector vector -> visit(vector.elements());
      case Operand.Group group -> visit(group.elements());
      case Operand.Pair pair -> {}
      case Operand.Not not -> {}
      case Operand.Address address -> {}
      case Operand.IntegerConstant constant -> {}
      case Operand.FloatConstant constant -> {}
    }
  }

  private void take(Operand.Name name) {
    Frame frame = frames.get(module.aliases().getOrDefault(name.text(), name.text()));
    if (frame != null) {
      frame.takeAddress();
    }
  }
}
