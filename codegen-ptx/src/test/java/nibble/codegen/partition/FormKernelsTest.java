package nibble.codegen.partition;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Kernel;
import nibble.ir.text.Parser;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;

class FormKernelsTest {
  /** What each kernel computes, its constants left out; a reshape that shares memory stands by itself. */
  private static List<String> kernels(String parameters, String body) {
    return kernels("symbol B", parameters, body);
  }

  private static List<String> kernels(String symbols, String parameters, String body) {
    Module module = Parser.parse("""
        module @m {
        %s
          func @f(%s) {
        %s
          }
        }
        """.formatted(symbols.indent(2), parameters, body.indent(4)), "test", Registry.core());
    Verifier.require(module);
    Function formed = FormKernels.apply(module.functions().get("f"), module.symbols()).main();
    Verifier.require(Module.of("m", module.symbols().values(), List.of(formed)));
    List<String> kernels = new ArrayList<>();
    for (Operation operation : formed.body().operations()) {
      kernels.add(operation.op() instanceof Kernel
          ? operation.regions().getFirst().operations().stream().map(inner -> inner.op().name())
              .filter(name -> !name.equals("constant")).collect(Collectors.joining(" "))
          : "= " + operation.op().name());
    }
    return kernels;
  }

  private static final String X = "%x: tensor<[B,64] x f32>, %y: tensor<[B,64] x f32>, %w: tensor<[64,64] x f32>";
  private static final String PRODUCT = "%p = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,64] x f32>\n";

  @Test
  void elementwiseWorkJoinsItsProduct() {
    assertEquals(List.of("matmul add exp"), kernels(X, PRODUCT + """
        %0 = add %p, %y : tensor<[B,64] x f32>
        %1 = exp %0 : tensor<[B,64] x f32>
        return %1
        """));
  }

  /** What is not needed at the same time is no kernel together, and a choice is no kernel. */
  @Test
  void choicesKeepWorkApart() {
    assertEquals(List.of("matmul exp", "matmul add", "add", "= either", "mul"),
        kernels(X + ", %c: tensor<[] x bool>", PRODUCT + """
        %0 = exp %p : tensor<[B,64] x f32>
        %q = matmul %0, %w {transposeB = true, to = f32} : tensor<[B,64] x f32>
        %1 = add %q, %y : tensor<[B,64] x f32>
        %2 = add %0, %y : tensor<[B,64] x f32>
        %3 = either %c, %2, %1 : tensor<[B,64] x f32>
        %4 = mul %3, %0 : tensor<[B,64] x f32>
        return %4
        """));
  }

  @Test
  void workOfTwoProductsJoinsTheLater() {
    assertEquals(List.of("matmul", "matmul add"), kernels(X, PRODUCT + """
        %q = matmul %y, %w {transposeB = true, to = f32} : tensor<[B,64] x f32>
        %0 = add %p, %q : tensor<[B,64] x f32>
        return %0
        """));
  }

  /** A product has a tile of a row, not all of it. */
  @Test
  void reductionsOfRowsAreNoEpilogue() {
    assertEquals(List.of("matmul", "reduce_max sub"), kernels(X, PRODUCT + """
        %0 = reduce_max %p {axes = [1], keep = true} : tensor<[B,1] x f32>
        %1 = sub %p, %0 : tensor<[B,64] x f32>
        return %1
        """));
  }

  @Test
  void boxesInsideTilesAreAnEpilogue() {
    String amax = """
        %0 = amax %p {granularity = $G} : $T
        return %0
        """;
    assertEquals(List.of("matmul amax"), kernels(
        X, PRODUCT + amax.replace("$G", "block(16,32)").replace("$T", "tensor<[ceil(B/16),2] x f32>")));
    assertEquals(List.of("matmul amax"), kernels(
        X, PRODUCT + amax.replace("$G", "group(32)").replace("$T", "tensor<[B,2] x f32>")));
    assertEquals(List.of("matmul", "amax"), kernels(
        X, PRODUCT + amax.replace("$G", "block(128,32)").replace("$T", "tensor<[ceil(B/128),2] x f32>")));
    assertEquals(List.of("matmul", "amax"), kernels(
        X, PRODUCT + amax.replace("$G", "group(48)").replace("$T", "tensor<[B,2] x f32>")));
  }

  private static final String HEADS = """
      %a = cast %p {to = f16} : tensor<[B,S,192] x f16>
      %h = reshape %a {shape = [B,S,6,32]} : tensor<[B,S,6,32] x f16>
      %t = transpose %h {axes = [0, 2, 1, 3]} : tensor<[B,6,S,32] x f16>
      """;

  private static List<String> heads(String symbols, String body) {
    return kernels(symbols, "%x: tensor<[B,S,64] x f16>, %w: tensor<[64,192] x f16>",
        "%p = matmul %x, %w {transposeB = false, to = f32} : tensor<[B,S,192] x f32>\n" + HEADS + body);
  }

  private static String quantized(String granularity, String scales) {
    return """
        %0 = cast %t {to = f32} : tensor<[B,6,S,32] x f32>
        %1 = amax %0 {granularity = $G} : tensor<$S x f32>
        %2 = scales %1 {elements = i8, rule = nearest} : tensor<$S x f32>
        %3 = quantize %0, %2 {rounding = nearest_away} : tensor<[B,6,S,32] x i8, scale<$G, f32>>
        return %3
        """.replace("$G", granularity).replace("$S", scales);
  }

  @Test
  void quantizersBehindHeadsAreAnEpilogue() {
    String all = "matmul cast reshape transpose cast amax scales quantize";
    assertEquals(List.of(all), heads("symbol B\nsymbol S", quantized("token", "[B,6,S,1]")));
    assertEquals(List.of(all), heads(
        "symbol B\nsymbol S multiple of 128", quantized("block(128,32)", "[B,6,ceil(S/128),1]")));
    assertEquals(List.of(all), heads(
        "symbol B\nsymbol S multiple of 32", quantized("interleaved(32,8,1)", "[B,6,8*ceil(S/32),1]")));
  }

  /** Tiles do not start where sequences do, have not so many rows, or the values are needed by others. */
  @Test
  void otherQuantizersBehindHeadsAreNot() {
    List<String> apart = List.of("matmul cast", "reshape transpose cast amax scales quantize");
    assertEquals(apart, heads("symbol B\nsymbol S", quantized("block(128,32)", "[B,6,ceil(S/128),1]")));
    assertEquals(
        apart, heads("symbol B\nsymbol S multiple of 256", quantized("block(256,32)", "[B,6,ceil(S/256),1]")));
    assertEquals(
        List.of("matmul cast", "reshape transpose reduce_mean cast", "reshape transpose cast sub amax scales quantize"),
        heads("symbol B\nsymbol S", """
        %m = reduce_mean %t {axes = [2], keep = true} : tensor<[B,6,1,32] x f16>
        %4 = cast %m {to = f32} : tensor<[B,6,1,32] x f32>
        %5 = cast %t {to = f32} : tensor<[B,6,S,32] x f32>
        %0 = sub %5, %4 : tensor<[B,6,S,32] x f32>
        %1 = amax %0 {granularity = token} : tensor<[B,6,S,1] x f32>
        %2 = scales %1 {elements = i8, rule = nearest} : tensor<[B,6,S,1] x f32>
        %3 = quantize %0, %2 {rounding = nearest_away} : tensor<[B,6,S,32] x i8, scale<token, f32>>
        return %3
        """));
    String shared = quantized("token", "[B,6,S,1]").replace("return %3", "return %3, %0");
    assertEquals(2, heads("symbol B\nsymbol S", shared).size());
  }

  @Test
  void aSweepReducesInOneWay() {
    assertEquals(List.of("reduce_sum sub reduce_max", "reduce_sum"), kernels(X, """
        %0 = reduce_sum %x {axes = [1], keep = true} : tensor<[B,1] x f32>
        %1 = sub %x, %0 : tensor<[B,64] x f32>
        %2 = reduce_max %1 {axes = [1], keep = true} : tensor<[B,1] x f32>
        %3 = reduce_sum %1 {axes = [0], keep = true} : tensor<[1,64] x f32>
        return %2, %3
        """));
  }

  /** Along the other axis the sums belong to other elements than those that they are of. */
  @Test
  void aReducedValueOnAnotherAxisIsReadFromMemory() {
    assertEquals(List.of("reduce_sum", "sub"), kernels("%x: tensor<[64,64] x f32>", """
        %0 = reduce_sum %x {axes = [1], keep = false} : tensor<[64] x f32>
        %1 = sub %x, %0 : tensor<[64,64] x f32>
        return %1
        """));
  }

  @Test
  void viewsAreReadThrough() {
    assertEquals(List.of("matmul", "transpose exp"), kernels(X, PRODUCT + """
        %0 = transpose %p {axes = [1, 0]} : tensor<[64,B] x f32>
        %1 = exp %0 : tensor<[64,B] x f32>
        return %1
        """));
    assertEquals(List.of("matmul", "transpose"), kernels(X, PRODUCT + """
        %0 = transpose %p {axes = [1, 0]} : tensor<[64,B] x f32>
        return %0
        """));
    assertEquals(List.of("matmul", "= reshape"), kernels(X, PRODUCT + """
        %0 = reshape %p {shape = [B,8,8]} : tensor<[B,8,8] x f32>
        return %0
        """));
  }

  @Test
  void workOnInputsIsRepeatedWhereItIsRead() {
    assertEquals(List.of("exp reduce_sum", "exp reduce_max"), kernels(X, """
        %0 = exp %x : tensor<[B,64] x f32>
        %1 = reduce_sum %0 {axes = [1], keep = true} : tensor<[B,1] x f32>
        %2 = reduce_max %0 {axes = [0], keep = true} : tensor<[1,64] x f32>
        return %1, %2
        """));
  }

  /** Loaders cast and look through views; other work on an operand is stored first. */
  @Test
  void operandsOfProductsLieInMemory() {
    assertEquals(List.of("exp", "matmul"), kernels(X, """
        %0 = exp %x : tensor<[B,64] x f32>
        %1 = matmul %0, %w {transposeB = false, to = f32} : tensor<[B,64] x f32>
        return %1
        """));
    assertEquals(List.of("cast cast transpose matmul"), kernels(X, """
        %0 = cast %x {to = f16} : tensor<[B,64] x f16>
        %1 = cast %w {to = f16} : tensor<[64,64] x f16>
        %2 = transpose %1 {axes = [1, 0]} : tensor<[64,64] x f16>
        %3 = matmul %0, %2 {transposeB = false, to = f32} : tensor<[B,64] x f32>
        return %3
        """));
  }

  @Test
  void inputsThatAreResultsAreTheirOwn() {
    assertEquals(List.of(), kernels(X, "return %x\n"));
  }

  @Test
  void loopsAreRefusedWithAHint() {
    InputException refused = assertThrows(InputException.class, () -> kernels(X, """
        %0 = for %x {from = 0, to = B} do (%i: tensor<[] x i32>, %c: tensor<[B,64] x f32>) {
          %1 = exp %c : tensor<[B,64] x f32>
          yield %1
        } : tensor<[B,64] x f32>
        return %0
        """));
    assertTrue(refused.getMessage().contains("no kernel for for"), refused.getMessage());
  }
}
