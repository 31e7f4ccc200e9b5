package nibble.codegen.ptx;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a kernel, instruction by instruction:
 *
 * <pre>{@code
 * KernelBuilder code = KernelBuilder.named("scale").threads(256);
 * Parameter x = code.pointer("x", 16);
 * Parameter n = code.scalar("n", S32);
 * Register i = code.mad(S32, code.special(CTAID_X), imm(256), code.special(TID_X));
 * code.ifThen(code.setp("lt", S32, i, code.load(n)), () -> {
 *   Register at = code.madWide(S32, i, imm(4), code.load(x));
 *   code.storeGlobal(F32, at(at), code.mul(F32, code.loadGlobal(F32, at(at)), imm(2f)));
 * });
 * Kernel scale = code.build();
 * }</pre>
 *
 * <p>Registers may be set several times; the passes take care.
 */
public final class KernelBuilder
    implements ArithmeticOps, MemoryOps, TensorCopyOps, TensorOps, WarpOps, ControlOps, LayoutOps, ConversionOps {
  private final String name;
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<SharedVariable> shared = new ArrayList<>();
  private final List<Statement> body = new ArrayList<>();
  private final Map<RegisterType, Integer> registers = new EnumMap<>(RegisterType.class);
  private int labels;
  private int maxThreads;
  private int minBlocks;
  private Optional<Guard> guard = Optional.empty();
  private Optional<SourceLine> source = Optional.empty();

  private KernelBuilder(String name) {
    this.name = name;
  }

  /** A kernel of that name, with nothing in it. */
  public static KernelBuilder named(String name) {
    return new KernelBuilder(name);
  }

  /** Blocks have at most that many threads. */
  public KernelBuilder threads(int threads) {
    maxThreads = threads;
    return this;
  }

  /** A multiprocessor should hold at least that many blocks, which limits registers. */
  public KernelBuilder blocksPerMultiprocessor(int blocks) {
    minBlocks = blocks;
    return this;
  }

  /** Adds a parameter that points to global memory. */
  public Parameter pointer(String parameterName, int alignment) {
    return parameter(new Parameter(parameterName, PtxType.U64, alignment));
  }

  /** Adds a parameter. */
  public Parameter scalar(String parameterName, PtxType type) {
    return parameter(new Parameter(parameterName, type, 0));
  }

  /** Adds a tensor map, by value. */
  public Parameter tensorMap(String parameterName) {
    return parameter(Parameter.tensorMap(parameterName));
  }

  private Parameter parameter(Parameter parameter) {
    parameters.add(parameter);
    return parameter;
  }

  /** Declares static shared memory. */
  public SharedVariable shared(String variableName, int alignment, int bytes) {
    checkArgument(bytes > 0, "%s bytes of %s", bytes, variableName);
    return declare(new SharedVariable(variableName, alignment, bytes));
  }

  /** Declares the shared memory whose size the launch says. */
  public SharedVariable dynamicShared(String variableName, int alignment) {
    return declare(new SharedVariable(variableName, alignment, 0));
  }

  private SharedVariable declare(SharedVariable variable) {
    shared.add(variable);
    return variable;
  }

  /** What follows comes from this line of the user's source. */
  public KernelBuilder source(SourceLine line) {
    source = Optional.of(line);
    return this;
  }

  /** Asks the assembler not to unroll the loop whose first statement this is. */
  public void keepRolled() {
    body.add(new Statement.Pragma("nounroll"));
  }

  /** Adds a comment on a line of its own. */
  public void remark(String text) {
    body.add(new Statement.Remark(text));
  }

  @Override
  public Register fresh(RegisterType type) {
    return new Register(type, registers.merge(type, 1, Integer::sum) - 1);
  }

  @Override
  public void emit(String mnemonic, Operand... operands) {
    body.add(Instruction.of(mnemonic, Arrays.asList(operands), guard, source));
  }

  @Override
  public Operand emitFresh(String mnemonic, Operand... inputs) {
    List<Operand> given = Arrays.asList(inputs);
    ImmutableList<InstructionForm> forms = InstructionTable.forms(mnemonic);
    InstructionForm form = forms.stream()
        .filter(candidate -> candidate.outputs().size() == 1 && candidate.acceptsInputs(given)).findFirst()
        .orElseThrow(() -> Instruction.refusal(mnemonic, given, forms));
    Operand output = form.outputs().getFirst().fresh(this::fresh);
    body.add(new Instruction(
        form, guard, ImmutableList.<Operand>builder().add(output).addAll(given).build(), source));
    return output;
  }

  @Override
  public Label label(String word) {
    return new Label("$" + word + "_" + labels++);
  }

  @Override
  public void mark(Label label) {
    checkState(guard.isEmpty(), "label %s under guard %s", label, guard);
    body.add(new Statement.Mark(label));
  }

  @Override
  public void when(Operand predicate, Runnable code) {
    Optional<Guard> outer = guard;
    guard = Optional.of(outer.isEmpty() ? guardOf(predicate) : both(outer.get(), guardOf(predicate)));
    try {
      code.run();
    } finally {
      guard = outer;
    }
  }

  private Guard both(Guard outer, Guard inner) {
    Optional<Guard> saved = guard;
    guard = Optional.empty();
    Guard both = new Guard(op("and.pred", positive(outer), positive(inner)), false);
    guard = saved;
    return both;
  }

  private Register positive(Guard condition) {
    return condition.negated() ? op("not.pred", condition.predicate()) : condition.predicate();
  }

  private static Guard guardOf(Operand predicate) {
    return switch (predicate) {
      case Register register -> new Guard(register, false);
      case NotPredicate not -> new Guard(not.predicate(), true);
      case Operand other -> throw new IllegalArgumentException(other + " is no predicate");
    };
  }

  /** The kernel. A {@code ret} is added at the end where there is none. */
  public Kernel build() {
    List<Statement> complete = new ArrayList<>(body);
    boolean ends = !complete.isEmpty() && complete.getLast() instanceof Instruction last
        && last.guard().isEmpty() && last.mnemonic().equals("ret");
    if (!ends) {
      complete.add(Instruction.of("ret"));
    }
    return new Kernel(
        name, ImmutableList.copyOf(parameters), ImmutableList.copyOf(shared), maxThreads, minBlocks,
        ImmutableList.copyOf(complete));
  }
}
