package nibble.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.format.Formats;
import nibble.ir.op.Exp;
import nibble.ir.op.For;
import nibble.ir.op.Slice;
import nibble.ir.shape.Dim;
import nibble.ir.shape.Shape;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;

class SubstitutionTest {
  private static final Registry REGISTRY = Registry.core();
  private static final Dim S = Dim.symbol("S");

  @Provide
  Arbitrary<Module> modules() {
    return RandomModules.modules();
  }

  @Test
  void typesAttributesAndRegionsAreReplaced() {
    Module module = Parser.parse("""
        module @m {
          symbol B
          symbol S multiple of 8
          func @f(%x: tensor<[B,S] x f32>) {
            %0 = reshape %x {shape = [B*S]} : tensor<[B*S] x f32>
            %1 = for %0 {from = 0, to = ceil(S/3)} do (%i: tensor<[] x i32>, %c: tensor<[B*S] x f32>) {
              %2 = constant {values = [1.0]} : tensor<[B*S] x f32>
              yield %2
            } : tensor<[B*S] x f32>
            return %1
          } loc("m.nib":1:1)
        }
        """, "m.ir", REGISTRY);
    assertEquals("""
        module @m {
          symbol B
          func @f(%x: tensor<[B,8] x f32>) {
            %0 = reshape %x {shape = [8*B]} : tensor<[8*B] x f32>
            %1 = for %0 {from = 0, to = 3} do (%i: tensor<[] x i32>, %c: tensor<[8*B] x f32>) {
              %2 = constant {values = [1.0]} : tensor<[8*B] x f32>
              yield %2
            } : tensor<[8*B] x f32>
            return %1
          } loc("m.nib":1:1)
        }
        """, Printer.print(Substitution.of(Map.of("S", 8L)).apply(module), REGISTRY));
  }

  @Test
  void sizesAreReplacedByExpressions() {
    Substitution twice = new Substitution(ImmutableMap.of("S", S.times(Dim.of(2))));
    assertEquals(new For(Dim.ZERO, Dim.of(2).times(S)), twice.apply(new For(Dim.ZERO, S)));
  }

  @Test
  void anOpWithoutTheSizesStaysItself() {
    Op slice = new Slice(0, Dim.ZERO, Dim.symbol("T"), 1);
    assertSame(slice, Substitution.of(Map.of("S", 8L)).apply(slice));
    Op exp = new Exp();
    assertSame(exp, Substitution.of(Map.of("S", 8L)).apply(exp));
  }

  @Test
  void symbolsOfAttributes() {
    assertEquals(Set.of("S", "T"), Substitution.symbols(new Slice(0, S, Dim.symbol("T").ceilDiv(3), 1)));
    assertEquals(Set.of(), Substitution.symbols(new Exp()));
  }

  @Test
  void anExtentThatBecomesNegativeIsRefused() {
    TensorType type = TensorType.of(Shape.of(S.minus(Dim.of(9))), Formats.F32);
    assertThrows(IllegalArgumentException.class, () -> type.substitute(name -> Dim.of(8)));
  }

  /** What holds for symbols holds for numbers that the bounds allow, and no symbol is left. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void modulesStayValid(@ForAll("modules") Module module) {
    Module special = Substitution.of(Map.of("B", 3L, "S", 12L)).apply(module);
    assertEquals(List.of(), Verifier.check(special));
    assertEquals(Set.of(), special.function("main").orElseThrow().symbols());
    assertEquals(Map.of(), special.symbols());
    assertEquals(special.functions().get("main").body().operations().size(),
        module.functions().get("main").body().operations().size());
  }
}
