package nibble.passes.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import nibble.ir.Function;
import nibble.ir.eval.Mode;
import org.junit.jupiter.api.Test;
import org.opentest4j.AssertionFailedError;

/** The tool that judges rewrites must itself be able to find fault. */
class RewriteVerifierTest {
  @Test
  void negativeZeroIsNotZero() {
    rejects(-0.0, """
        func @before(%x: tensor<[4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[] x f32>
          %0 = add %x, %c : tensor<[4] x f32>
          return %0
        }
        func @after(%x: tensor<[4] x f32>) {
          return %x
        }
        """);
  }

  @Test
  void zeroTimesInfinityIsNotZero() {
    rejects(Double.POSITIVE_INFINITY, """
        func @before(%x: tensor<[4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[] x f32>
          %0 = mul %x, %c : tensor<[4] x f32>
          return %0
        }
        func @after(%x: tensor<[4] x f32>) {
          %c = constant {values = [0.0]} : tensor<[4] x f32>
          return %c
        }
        """);
  }

  @Test
  void aRoundingLessIsSeenInFaithfulMode() {
    rejects(0x1p-30 + 1, """
        func @before(%x: tensor<[4] x f64>) {
          %0 = cast %x {to = f16} : tensor<[4] x f16>
          %1 = cast %0 {to = f64} : tensor<[4] x f64>
          return %1
        }
        func @after(%x: tensor<[4] x f64>) {
          return %x
        }
        """);
  }

  private static void rejects(double number, String functions) {
    Function before = IrText.module(functions).functions().get("before");
    Function after = IrText.module(functions).functions().get("after");
    RewriteVerifier verifier = new RewriteVerifier(
        Collections.nCopies(SpecialNumbers.COUNT, number), List.of(Mode.values()));
    assertThrows(AssertionFailedError.class, () -> verifier.requireSameBits(before, after));
  }
}
