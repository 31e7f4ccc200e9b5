package nibble.codegen.ptx.pass;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Label;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Statement;

/**
 * Lets a register and the one that it is copied to be one, where no instruction sets either while the other is needed
 * ("Register Allocation &amp; Spilling via Graph Coloring"): accumulators that a loop carries change in place.
 *
 * <pre>
 * mul.rn.f32 %f2, %f0, %f1;             mul.rn.f32 %f0, %f0, %f1;
 * fma.rn.f32 %f2, %f3, %f4, %f2; ─►     fma.rn.f32 %f0, %f3, %f4, %f0;
 * mov.f32 %f0, %f2;
 * </pre>
 *
 * Copies of inner loops come first. Stands behind the passes that want registers to be set once.
 */
public record CoalesceCopies() implements PtxPass {
  @Override
  public Kernel apply(Kernel kernel) {
    return new Coalescing(kernel).run();
  }

  /** A copy between two registers of one type, at a place of the body. */
  private record Copy(int position, Register target, Register source) {}

  private static final class Coalescing {
    private final Kernel kernel;
    private final List<Copy> copies = new ArrayList<>();
    /** What a register has become one with, until one that is itself. */
    private final Map<Register, Register> names = new HashMap<>();

    Coalescing(Kernel kernel) {
      this.kernel = kernel;
      for (int i = 0; i < kernel.body().size(); i++) {
        int position = i;
        copied(kernel.body().get(i)).ifPresent(
            source -> copies.add(new Copy(position, (Register) outputOf(position), source)));
      }
    }

    private Operand outputOf(int position) {
      return ((Instruction) kernel.body().get(position)).outputs().getFirst();
    }

    Kernel run() {
      Set<Register> related = new HashSet<>();
      copies.forEach(copy -> related.addAll(List.of(copy.target(), copy.source())));
      if (related.isEmpty()) {
        return kernel;
      }
      Interferences interferences = new Interferences(kernel, related);
      int[] depths = loopDepths();
      copies.sort(Comparator.comparingInt((Copy copy) -> -depths[copy.position()]));
      for (Copy copy : copies) {
        Register target = name(copy.target());
        Register source = name(copy.source());
        if (!target.equals(source) && !interferences.between(target, source)) {
          interferences.merge(target, source);
          names.put(source, target);
        }
      }
      return names.isEmpty() ? kernel : kernel.withBody(renamed());
    }

    /** How many loops each statement is in, which begin at a label and end with a jump back to it. */
    private int[] loopDepths() {
      List<Statement> body = kernel.body();
      Map<Label, Integer> marks = new HashMap<>();
      int[] depths = new int[body.size()];
      for (int i = 0; i < body.size(); i++) {
        if (body.get(i) instanceof Statement.Mark(Label label)) {
          marks.put(label, i);
        } else if (body.get(i) instanceof Instruction instruction) {
          for (Operand operand : instruction.operands()) {
            for (int inside = marks.getOrDefault(operand, i + 1); inside <= i; inside++) {
              depths[inside]++;
            }
          }
        }
      }
      return depths;
    }

    private Register name(Register register) {
      Register name = register;
      while (names.containsKey(name)) {
        name = names.get(name);
      }
      return name;
    }

    private ImmutableList<Statement> renamed() {
      ImmutableList.Builder<Statement> body = ImmutableList.builder();
      for (Statement statement : kernel.body()) {
        if (!(statement instanceof Instruction instruction)) {
          body.add(statement);
        } else if (copied(instruction).filter(
            source -> name(source).equals(name((Register) instruction.outputs().getFirst()))).isEmpty()) {
          body.add(instruction.withRegisters(this::name));
        }
      }
      return body.build();
    }
  }

  /** The register that a statement copies to another of its type, if that is all it does. */
  static Optional<Register> copied(Statement statement) {
    return statement instanceof Instruction instruction && instruction.mnemonic().startsWith("mov.")
        && instruction.guard().isEmpty() && instruction.outputs().getFirst() instanceof Register target
        && instruction.inputs().getFirst() instanceof Register source && target.type() == source.type()
            ? Optional.of(source) : Optional.empty();
  }
}
