package nibble.emulator.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A statement of a function's body. */
public sealed interface Statement {
  /** The predicate of {@code @p} or {@code @!p}. */
  record Guard(String register, boolean negated) {
    @Override
    public String toString() {
      return "@" + (negated ? "!" : "") + register;
    }
  }

  /**
   * An instruction.
   *
   * @param opcode the dotted name, such as {@code add.s32}
   */
  record Instruction(Optional<Guard> guard, String opcode, List<Operand> operands, Position position)
      implements Statement {
    public Instruction {
      operands = List.copyOf(operands);
    }

    /** The opcode without its modifiers. */
    public String mnemonic() {
      int dot = opcode.indexOf('.');
      return dot < 0 ? opcode : opcode.substring(0, dot);
    }

    @Override
    public String toString() {
      return guard.map(it -> it + " ").orElse("")
          + opcode
          + operands.stream().map(Operand::toString)
              .collect(Collectors.joining(", ", operands.isEmpty() ? "" : " ", ""));
    }
  }

  /** {@code name:}. */
  record Label(String name, Position position) implements Statement {}

  /** {@code name: .callprototype (results) _ (parameters);}. */
  record Prototype(String name, List<Variable> results, List<Variable> parameters, Position position)
      implements Statement {
    public Prototype {
      results = List.copyOf(results);
      parameters = List.copyOf(parameters);
    }
  }

  /** {@code name: .branchtargets a, b;} or {@code .calltargets}. */
  record Targets(String name, List<String> targets, Position position) implements Statement {
    public Targets {
      targets = List.copyOf(targets);
    }
  }

  /** Variables of the function, registers among them. */
  record Declaration(List<Variable> variables) implements Statement {
    public Declaration {
      variables = List.copyOf(variables);
    }
  }

  /** {@code { ... }}: names declared inside are not seen outside. */
  record Scope(List<Statement> statements) implements Statement {
    public Scope {
      statements = List.copyOf(statements);
    }
  }

  /** {@code .loc file line column}: what follows was compiled from there. */
  record Location(int file, int line) implements Statement {}
}
