package nibble.codegen.matrix;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.Program.CompiledKernel;
import nibble.codegen.ptx.UnsupportedInstructionException;
import nibble.codegen.target.Target;
import nibble.ir.Module;
import nibble.ir.diagnostic.InputException;
import nibble.ir.verify.Verifier;

/**
 * Which attentions have kernels: precision times attention times target. Each cell is a program that is compiled.
 *
 * @param backend compiles
 * @param targets what to compile for
 * @param rows the attentions
 */
public record AttentionMatrix(Backend backend, ImmutableList<Target> targets, ImmutableList<AttentionRow> rows) {
  private static final String ATTENTION = "attention";
  /** Operands and accumulators at the end of the name of an instruction. */
  private static final int TYPES = 4;

  /**
   * A cell.
   *
   * @param target of its kernels
   */
  public record Cell(Target target, AttentionClause clause, AttentionRow row, Support support) {
    @Override
    public String toString() {
      return target + ", " + clause + ", " + row;
    }
  }

  /** Those cells, compiled, by target and clause. */
  public ImmutableList<Cell> cells(BiPredicate<AttentionClause, AttentionRow> wanted) {
    List<Supplier<Cell>> cells = new ArrayList<>();
    for (Target target : targets) {
      for (AttentionClause clause : AttentionClause.all()) {
        for (AttentionRow row : rows) {
          if (wanted.test(clause, row)) {
            cells.add(() -> new Cell(target, clause, row, support(clause, row, target)));
          }
        }
      }
    }
    return cells.parallelStream().map(Supplier::get).collect(ImmutableList.toImmutableList());
  }

  /** Compiles a cell. */
  Support support(AttentionClause clause, AttentionRow row, Target target) {
    try {
      Module module = row.module(clause, backend.registry());
      Verifier.require(module);
      Program program = backend.compile(module, module.functions().values().iterator().next(), target);
      program.module();
      return program.kernels().stream().filter(kernel -> kernel.name().startsWith(ATTENTION))
          // What tries comes before what is computed.
          .reduce((first, second) -> second)
          .<Support>map(kernel -> new Support.Computed(program, operands(kernel)))
          .orElseGet(() -> new Support.Refused("it is computed as its parts"));
    } catch (InputException | UnsupportedInstructionException e) {
      return new Support.Refused(e.getMessage());
    }
  }

  /** What tensor cores multiply: for scores, then for values, once where it is the same; and whether warpgroups do. */
  private static String operands(CompiledKernel kernel) {
    Set<String> operands = new LinkedHashSet<>();
    kernel.code().kernel().forms().forEach(form -> {
      List<String> words = Splitter.on('.').splitToList(form.mnemonic());
      if (words.getFirst().equals("mma")) {
        operands.add(words.get(words.size() - TYPES + 1));
      } else if (words.getFirst().equals("wgmma") && words.size() > TYPES) {
        operands.add(words.getLast() + " (wgmma)");
      }
    });
    return String.join(", ", operands);
  }
}
