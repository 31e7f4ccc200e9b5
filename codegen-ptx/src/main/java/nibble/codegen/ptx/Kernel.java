package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A kernel: an entry of a module.
 *
 * @param name a PTX identifier
 * @param parameters in order
 * @param shared the shared memory that it declares; at most one variable is dynamic
 * @param maxThreads the most threads of a block, for {@code .maxntid}; 0 to leave it open
 * @param minBlocks how many blocks a multiprocessor should hold, for {@code .minnctapersm}; 0 to leave it open
 * @param body the code; control does not run off its end
 */
public record Kernel(
    String name,
    ImmutableList<Parameter> parameters,
    ImmutableList<SharedVariable> shared,
    int maxThreads,
    int minBlocks,
    ImmutableList<Statement> body) {
  public Kernel {
    Names.check(name);
    checkArgument(maxThreads >= 0 && maxThreads <= 1024, "blocks of %s threads", maxThreads);
    checkArgument(minBlocks == 0 || maxThreads > 0, "minBlocks needs maxThreads");
    checkArgument(
        shared.stream().filter(SharedVariable::isDynamic).count() <= 1, "two dynamic variables in %s", shared);
    checkDistinct(Stream.concat(parameters.stream().map(Parameter::name), shared.stream().map(SharedVariable::name)));
    checkLabels(body);
  }

  private static void checkDistinct(Stream<String> names) {
    Set<String> seen = new HashSet<>();
    names.forEach(name -> checkArgument(seen.add(name), "%s is declared twice", name));
  }

  private static void checkLabels(List<Statement> body) {
    Set<Label> marked = new HashSet<>();
    for (Statement statement : body) {
      if (statement instanceof Statement.Mark(Label label)) {
        checkArgument(marked.add(label), "label %s is at two places", label);
      }
    }
    for (Statement statement : body) {
      if (statement instanceof Instruction instruction) {
        for (Operand operand : instruction.operands()) {
          checkArgument(!(operand instanceof Label label) || marked.contains(label), "label %s is nowhere", operand);
        }
      }
    }
  }

  public Kernel withBody(List<Statement> other) {
    return new Kernel(name, parameters, shared, maxThreads, minBlocks, ImmutableList.copyOf(other));
  }

  /** The instructions of the body. */
  public Stream<Instruction> instructions() {
    return body.stream().filter(Instruction.class::isInstance).map(Instruction.class::cast);
  }

  /** The tables of constants that it names. */
  public Stream<ConstantTable> tables() {
    return instructions().flatMap(instruction -> instruction.operands().stream())
        .filter(ConstantTable.class::isInstance).map(ConstantTable.class::cast).distinct();
  }

  /** The forms of its instructions, each once. */
  public ImmutableSet<InstructionForm> forms() {
    return instructions().map(Instruction::form).collect(ImmutableSet.toImmutableSet());
  }

  /** The bytes of static shared memory. */
  public int staticSharedBytes() {
    int bytes = 0;
    for (SharedVariable variable : shared) {
      bytes = (bytes + variable.alignment() - 1) / variable.alignment() * variable.alignment() + variable.bytes();
    }
    return bytes;
  }
}
