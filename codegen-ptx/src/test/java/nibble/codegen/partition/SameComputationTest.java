package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import nibble.ir.Function;
import nibble.ir.Registry;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SameComputationTest {
  private static final String WRITTEN = """
      %0 = exp %x : tensor<[4] x f32>
      %1 = sub %0, %y : tensor<[4] x f32>
      %2 = reduce_max %1 {axes = [0], keep = true} : tensor<[1] x f32>
      return %1, %2
      """;

  private static Function function(String body) {
    String text = "module @m {\nfunc @f(%x: tensor<[4] x f32>, %y: tensor<[4] x f32>) {\n" + body + "}\n}\n";
    return Parser.parse(text, "test", Registry.core()).functions().get("f");
  }

  private static boolean isSame(String a, String b) {
    Function one = function(a);
    Function other = function(b);
    return SameComputation.holds(
        one.body().operations(), one.results(), other.body().operations(), other.results());
  }

  @Test
  void namesOrderRepetitionAndKernelsDoNotMatter() {
    assertTrue(isSame(WRITTEN, """
        %e = exp %x : tensor<[4] x f32>
        %unused = neg %y : tensor<[4] x f32>
        %7 = kernel %x, %y {label = "a"} do (%0: tensor<[4] x f32>, %1: tensor<[4] x f32>) {
          %2 = exp %0 : tensor<[4] x f32>
          %3 = sub %2, %1 : tensor<[4] x f32>
          yield %3
        } : tensor<[4] x f32>
        %8 = kernel %y, %e {label = "b"} do (%4: tensor<[4] x f32>, %5: tensor<[4] x f32>) {
          %6 = sub %5, %4 : tensor<[4] x f32>
          %9 = reduce_max %6 {axes = [0], keep = true} : tensor<[1] x f32>
          yield %9
        } : tensor<[1] x f32>
        return %7, %8
        """));
  }

  @ParameterizedTest
  @ValueSource(strings = {
    // Operands in another order.
    """
    %0 = exp %x : tensor<[4] x f32>
    %1 = sub %y, %0 : tensor<[4] x f32>
    %2 = reduce_max %1 {axes = [0], keep = true} : tensor<[1] x f32>
    return %1, %2
    """,
    // Another op.
    """
    %0 = exp %x : tensor<[4] x f32>
    %1 = sub %0, %y : tensor<[4] x f32>
    %2 = reduce_min %1 {axes = [0], keep = true} : tensor<[1] x f32>
    return %1, %2
    """,
    // An attribute, and so a type.
    """
    %0 = exp %x : tensor<[4] x f32>
    %1 = sub %0, %y : tensor<[4] x f32>
    %2 = reduce_max %1 {axes = [0], keep = false} : tensor<[] x f32>
    return %1, %2
    """,
    // Another parameter.
    """
    %0 = exp %y : tensor<[4] x f32>
    %1 = sub %0, %y : tensor<[4] x f32>
    %2 = reduce_max %1 {axes = [0], keep = true} : tensor<[1] x f32>
    return %1, %2
    """,
    // Another value returned.
    """
    %0 = exp %x : tensor<[4] x f32>
    %1 = sub %0, %y : tensor<[4] x f32>
    %2 = reduce_max %1 {axes = [0], keep = true} : tensor<[1] x f32>
    return %0, %2
    """,
    // Arguments of a kernel that are mixed up.
    """
    %0, %9 = kernel %y, %x {label = "a"} do (%a: tensor<[4] x f32>, %b: tensor<[4] x f32>) {
      %1 = exp %a : tensor<[4] x f32>
      %2 = sub %1, %b : tensor<[4] x f32>
      %3 = reduce_max %2 {axes = [0], keep = true} : tensor<[1] x f32>
      yield %2, %3
    } : tensor<[4] x f32>, tensor<[1] x f32>
    return %0, %9
    """})
  void whatIsComputedMatters(String other) {
    assertFalse(isSame(WRITTEN, other));
  }
}
