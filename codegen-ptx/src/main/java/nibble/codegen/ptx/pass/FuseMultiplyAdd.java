package nibble.codegen.ptx.pass;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.ptx.Instruction;
import nibble.codegen.ptx.Kernel;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;
import nibble.codegen.ptx.Statement;

/**
 * Adds to a product without rounding it first, where the product is needed for nothing else: one instruction and one
 * rounding less, so the result is closer to the exact one.
 *
 * <pre>
 * mul.rn.f32 %f2, %f0, %f1;             fma.rn.f32 %f4, %f0, %f1, %f3;
 * add.rn.f32 %f4, %f2, %f3;     ─►
 * </pre>
 *
 * {@link RemoveDeadCode} removes the product. Both stand in one basic block, and no factor changes between them.
 */
public record FuseMultiplyAdd() implements PtxPass {
  @Override
  public Kernel apply(Kernel kernel) {
    return new Fusion(kernel).run();
  }

  private static final class Fusion {
    private final Kernel kernel;
    private final ControlFlow flow;
    private final SingleDefinitions definitions;
    /** Products of this block whose factors have not changed since. */
    private final Map<Register, Instruction> products = new HashMap<>();

    Fusion(Kernel kernel) {
      this.kernel = kernel;
      this.flow = new ControlFlow(kernel);
      this.definitions = new SingleDefinitions(kernel, flow);
    }

    Kernel run() {
      ImmutableList.Builder<Statement> body = ImmutableList.builder();
      int block = 0;
      boolean changed = false;
      for (int i = 0; i < kernel.body().size(); i++) {
        if (flow.blockOf(i) != block) {
          block = flow.blockOf(i);
          products.clear();
        }
        Statement statement = kernel.body().get(i);
        Optional<Instruction> fused = statement instanceof Instruction sum ? fused(sum) : Optional.empty();
        changed |= fused.isPresent();
        body.add(fused.isPresent() ? fused.get() : statement);
        if (statement instanceof Instruction instruction) {
          remember(instruction);
        }
      }
      return changed ? kernel.withBody(body.build()) : kernel;
    }

    private void remember(Instruction instruction) {
      instruction.forEachDefinition(register -> {
        // What is set once is set before its uses, so it did not change.
        if (!definitions.isValue(register)) {
          products.values().removeIf(product -> product.inputs().contains(register));
        }
      });
      if (instruction.mnemonic().equals("mul.rn.f32")) {
        Register product = (Register) instruction.outputs().getFirst();
        if (definitions.isUsedOnce(product)) {
          products.put(product, instruction);
        }
      }
    }

    private Optional<Instruction> fused(Instruction sum) {
      if (!sum.mnemonic().equals("add.rn.f32")) {
        return Optional.empty();
      }
      for (int i = 0; i < 2; i++) {
        Instruction product = sum.inputs().get(i) instanceof Register register ? products.get(register) : null;
        if (product != null) {
          List<Operand> operands = ImmutableList.<Operand>builder()
              .addAll(sum.outputs()).addAll(product.inputs()).add(sum.inputs().get(1 - i)).build();
          return Optional.of(Instruction.of("fma.rn.f32", operands, sum.guard(), sum.source()));
        }
      }
      return Optional.empty();
    }
  }
}
