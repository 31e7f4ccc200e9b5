package nibble.codegen.ptx.pass;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Statement;

/**
 * Which of some registers cannot be one: an instruction sets the one where the value of the other is still needed. A
 * copy between them alone is no reason. What a guard may leave as it is needs the value before.
 */
final class Interferences {
  private final List<Statement> body;
  private final ControlFlow flow;
  private final Map<Register, Integer> numbers = new HashMap<>();
  private final List<BitSet> of = new ArrayList<>();

  /** Of the registers of a kernel that are asked for. */
  Interferences(Kernel kernel, Set<Register> registers) {
    this.body = kernel.body();
    this.flow = new ControlFlow(kernel);
    registers.forEach(register -> {
      numbers.put(register, of.size());
      of.add(new BitSet());
    });
    List<BitSet> needed = neededAtEnds();
    int block = flow.blocks() - 1;
    BitSet live = new BitSet();
    for (int i = body.size() - 1; i >= 0; i--) {
      if (i == body.size() - 1 || flow.blockOf(i) != block) {
        block = flow.blockOf(i);
        live = (BitSet) needed.get(block).clone();
      }
      if (body.get(i) instanceof Instruction instruction) {
        note(instruction, live);
        stepBack(instruction, live);
      }
    }
  }

  /** The registers whose values are needed behind each block. */
  private List<BitSet> neededAtEnds() {
    List<BitSet> starts = new ArrayList<>();
    List<BitSet> ends = new ArrayList<>();
    for (int block = 0; block < flow.blocks(); block++) {
      starts.add(new BitSet());
      ends.add(new BitSet());
    }
    boolean changed = true;
    while (changed) {
      changed = false;
      int last = body.size() - 1;
      for (int block = flow.blocks() - 1; block >= 0; block--) {
        BitSet live = new BitSet();
        flow.successors(block).forEach(successor -> live.or(starts.get(successor)));
        ends.set(block, (BitSet) live.clone());
        for (; last >= 0 && flow.blockOf(last) == block; last--) {
          if (body.get(last) instanceof Instruction instruction) {
            stepBack(instruction, live);
          }
        }
        if (!live.equals(starts.get(block))) {
          starts.set(block, live);
          changed = true;
        }
      }
    }
    return ends;
  }

  /** From what is needed behind an instruction to what is needed before it. */
  private void stepBack(Instruction instruction, BitSet live) {
    if (instruction.guard().isEmpty()) {
      instruction.forEachDefinition(register -> number(register).ifPresent(live::clear));
    }
    instruction.forEachUse(register -> number(register).ifPresent(live::set));
  }

  private void note(Instruction instruction, BitSet live) {
    Optional<Integer> copied = CoalesceCopies.copied(instruction).flatMap(this::number);
    List<Integer> set = new ArrayList<>();
    instruction.forEachDefinition(register -> number(register).ifPresent(set::add));
    for (int one : set) {
      live.stream().filter(other -> other != one && copied.filter(source -> source == other).isEmpty())
          .forEach(other -> connect(one, other));
      set.stream().filter(other -> other != one).forEach(other -> connect(one, other));
    }
  }

  private void connect(int one, int other) {
    of.get(one).set(other);
    of.get(other).set(one);
  }

  private Optional<Integer> number(Register register) {
    return Optional.ofNullable(numbers.get(register));
  }

  /** Whether the two cannot be one. */
  boolean between(Register one, Register other) {
    return of.get(numbers.get(one)).get(numbers.get(other));
  }

  /** Both are the one from now on. */
  void merge(Register one, Register other) {
    int kept = numbers.get(one);
    of.get(numbers.get(other)).stream().forEach(third -> connect(kept, third));
  }
}
