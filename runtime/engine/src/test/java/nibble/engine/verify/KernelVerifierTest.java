package nibble.engine.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.Program;
import nibble.codegen.kernel.KernelGenerator;
import nibble.codegen.kernel.KernelProgram;
import nibble.engine.testing.ProvenRun;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Exp;
import nibble.ir.op.Neg;
import nibble.ir.shape.SymbolBounds;
import nibble.passes.validate.SampleData;
import org.junit.jupiter.api.Test;

class KernelVerifierTest {
  private static final Module MODULE = ProvenRun.parse("""
      module @m {
        symbol B
        func @main(%x: tensor<[B,32] x f32>, %w: tensor<[32,32] x f32>) {
          %0 = matmul %x, %w {transposeB = true, to = f32} : tensor<[B,32] x f32> loc("model.nib":1:1 in first)
          %1 = exp %0 : tensor<[B,32] x f32> loc("model.nib":2:1 in first)
          %2 = matmul %1, %w {transposeB = true, to = f32} : tensor<[B,32] x f32> loc("model.nib":3:1 in second)
          %3 = softmax %2 : tensor<[B,32] x f32> loc("model.nib":4:1 in third)
          return %3
        }
      }
      """);

  private static List<Tensor> inputs() {
    return new SampleData(1).inputs(MODULE.functions().get("main"), Map.of("B", 5L));
  }

  @Test
  void eachLaunchIsProvenOnWhatItRead() {
    ProvenRun run = ProvenRun.of(ProvenRun.compile(MODULE, new Backend()), inputs(), WeightSource.NONE);
    assertEquals(3, run.checks().size());
    assertTrue(run.isProven());
    KernelCheck first = run.checks().getFirst();
    assertEquals(0, first.index());
    assertEquals("matmul_exp", first.kernel());
    assertEquals(List.of("matmul", "exp"), first.ops());
    assertEquals("first", first.location().path());
    assertTrue(first.sharedBytes() > 0);
    assertEquals("third", run.checks().getLast().location().path());
    assertTrue(first.worst().tightness() > 0);
  }

  /** Later kernels are right about wrong values: only the kernel that is wrong is reported. */
  @Test
  void aMistakeIsTheKernelsThatMakesIt() {
    KernelGenerator wrong = MutantGenerator.ofOps((operation, context) -> operation.op() instanceof Exp
        ? Optional.of(ImmutableList.of(context.builder().add(new Neg(), operation.operand(0)))) : Optional.empty());
    Program program = ProvenRun.compile(MODULE, new Backend(Registry.core(), ImmutableList.of(
        new OnlyOf("first", wrong))));
    ProvenRun run = ProvenRun.of(program, inputs(), WeightSource.NONE);
    assertEquals(
        List.of(false, true, true), run.checks().stream().map(KernelCheck::isProven).toList());
    assertEquals("first", run.wrong().orElseThrow().location().path());
  }

  /** A generator for the kernels of one part of the model. */
  private record OnlyOf(String path, KernelGenerator generator) implements KernelGenerator {
    @Override
    public String name() {
      return "only";
    }

    @Override
    public Optional<KernelProgram> generate(
        Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
      return kernel.location().path().equals(path) ? generator.generate(kernel, symbols) : Optional.empty();
    }
  }
}
