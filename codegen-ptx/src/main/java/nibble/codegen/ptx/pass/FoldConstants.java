package nibble.codegen.ptx.pass;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import nibble.codegen.ptx.Immediate;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Statement;

/**
 * Computes integer arithmetic on constants, and makes cheaper what has one: index arithmetic above all.
 *
 * <pre>
 * mov.b32    %r1, 8;                    mov.b32    %r1, 8;
 * mul.lo.s32 %r2, %r0, 4;       ─►      shl.b32    %r2, %r0, 2;
 * add.s32    %r3, %r1, 1;               mov.b32    %r3, 9;
 * add.s32    %r4, %r2, 0;               mov.b32    %r4, %r2;
 * </pre>
 *
 * {@link PropagateCopies} and {@link RemoveDeadCode} remove what becomes a move.
 */
public record FoldConstants() implements PtxPass {
  private static final Set<String> COMMUTATIVE =
      Set.of("add", "mul.lo", "mul.wide", "mad.lo", "mad.wide", "and", "or", "xor", "min", "max");

  @Override
  public Kernel apply(Kernel kernel) {
    SingleDefinitions definitions = new SingleDefinitions(kernel, new ControlFlow(kernel));
    Map<Register, Long> constants = new HashMap<>();
    ImmutableList.Builder<Statement> body = ImmutableList.builder();
    for (Statement statement : kernel.body()) {
      if (!(statement instanceof Instruction instruction)) {
        body.add(statement);
        continue;
      }
      Instruction folded = IntegerOperation.of(instruction).map(operation -> fold(instruction, operation, constants))
          .orElse(instruction);
      if (folded.mnemonic().startsWith("mov.")
          && folded.inputs().getFirst() instanceof Immediate constant
          && constant.kind() == Immediate.Kind.INTEGER
          && folded.outputs().getFirst() instanceof Register result
          && definitions.isValue(result)) {
        constants.put(result, constant.bits());
      }
      body.add(folded);
    }
    return kernel.withBody(body.build());
  }

  private static Instruction fold(Instruction instruction, IntegerOperation operation, Map<Register, Long> constants) {
    List<OptionalLong> known = instruction.inputs().stream().map(input -> valueOf(input, constants)).toList();
    if (known.stream().allMatch(OptionalLong::isPresent)) {
      OptionalLong result = operation.evaluate(known.stream().mapToLong(OptionalLong::getAsLong).toArray());
      if (result.isPresent()) {
        return move(instruction, imm(result.getAsLong()));
      }
    }
    boolean swap = COMMUTATIVE.contains(operation.name()) && known.get(0).isPresent() && known.get(1).isEmpty();
    Operand first = instruction.inputs().get(swap ? 1 : 0);
    OptionalLong second = known.size() < 2 ? OptionalLong.empty() : known.get(swap ? 0 : 1);
    Optional<Instruction> simpler =
        second.isPresent() ? simplify(instruction, operation, first, second.getAsLong(), known) : Optional.empty();
    return simpler.orElseGet(() -> swap ? swapped(instruction, first, second.getAsLong()) : instruction);
  }

  private static OptionalLong valueOf(Operand operand, Map<Register, Long> constants) {
    return switch (operand) {
      case Immediate constant when constant.kind() == Immediate.Kind.INTEGER -> OptionalLong.of(constant.bits());
      case Register register when constants.containsKey(register) -> OptionalLong.of(constants.get(register));
      default -> OptionalLong.empty();
    };
  }

  /** What has the constant {@code c} as its second operand: {@code x} is the first. */
  private static Optional<Instruction> simplify(
      Instruction instruction, IntegerOperation operation, Operand x, long c, List<OptionalLong> known) {
    boolean powerOfTwo = Long.bitCount(c) == 1 && c > 0;
    int log = Long.numberOfTrailingZeros(c);
    String bits = ".b" + operation.bits();
    return Optional.ofNullable(switch (operation.name()) {
      case "add", "sub", "or", "xor", "shl", "shr" -> c == 0 ? move(instruction, x) : null;
      case "and" -> c == 0 ? move(instruction, imm(0)) : operation.isAllOnes(c) ? move(instruction, x) : null;
      case "mul.lo" -> c == 0 ? move(instruction, imm(0))
          : c == 1 ? move(instruction, x)
          : powerOfTwo ? replace(instruction, "shl" + bits, x, imm(log)) : null;
      case "mad.lo" -> {
        Operand addend = instruction.inputs().get(2);
        yield c == 0 ? move(instruction, addend)
            : c == 1 ? replace(instruction, "add." + operation.type(), x, addend)
            : !known.get(2).equals(OptionalLong.of(0)) ? null
            : replace(instruction, "mul.lo." + operation.type(), x, imm(c));
      }
      case "div" -> c == 1 ? move(instruction, x)
          : powerOfTwo && operation.isUnsigned() ? replace(instruction, "shr." + operation.type(), x, imm(log)) : null;
      case "rem" -> powerOfTwo && operation.isUnsigned() ? replace(instruction, "and" + bits, x, imm(c - 1)) : null;
      default -> null;
    });
  }

  private static Instruction move(Instruction instruction, Operand source) {
    Register result = (Register) instruction.outputs().getFirst();
    return replace(instruction, "mov." + result.type().keyword(), source);
  }

  private static Instruction swapped(Instruction instruction, Operand first, long constant) {
    List<Operand> inputs = new ArrayList<>(instruction.inputs());
    inputs.set(0, first);
    inputs.set(1, imm(constant));
    return replace(instruction, instruction.mnemonic(), inputs.toArray(Operand[]::new));
  }

  private static Instruction replace(Instruction instruction, String mnemonic, Operand... inputs) {
    List<Operand> operands = ImmutableList.<Operand>builder().addAll(instruction.outputs()).add(inputs).build();
    return Instruction.of(mnemonic, operands, instruction.guard(), instruction.source());
  }
}
