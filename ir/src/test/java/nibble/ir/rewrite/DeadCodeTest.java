package nibble.ir.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.common.collect.ImmutableList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.OpInfo;
import nibble.ir.RandomModules;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Type;
import nibble.ir.Value;
import nibble.ir.format.Formats;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;

class DeadCodeTest {
  @OpInfo(name = "print", summary = "prints its operand")
  private record Print() implements Op {
    @Override
    public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
      return ImmutableList.of();
    }

    @Override
    public boolean isPure() {
      return false;
    }
  }

  @Provide
  Arbitrary<Module> modules() {
    return RandomModules.modules();
  }

  @Test
  void whatNobodyUsesGoesAndWhatItUsedGoesToo() {
    removes("""
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %0 = exp %x : tensor<[] x f32>
            %1 = neg %0 : tensor<[] x f32>
            %2 = abs %x : tensor<[] x f32>
            %3 = for %2 {from = 0, to = 3} do (%i: tensor<[] x i32>, %c: tensor<[] x f32>) {
              %4 = exp %c : tensor<[] x f32>
              %5 = neg %c : tensor<[] x f32>
              yield %5
            } : tensor<[] x f32>
            %6 = kernel %0 {label = "k"} do (%a: tensor<[] x f32>) {
              yield %a
            } : tensor<[] x f32>
            return %3
          }
        }
        """, """
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %2 = abs %x : tensor<[] x f32>
            %3 = for %2 {from = 0, to = 3} do (%i: tensor<[] x i32>, %c: tensor<[] x f32>) {
              %5 = neg %c : tensor<[] x f32>
              yield %5
            } : tensor<[] x f32>
            return %3
          }
        }
        """);
  }

  @Test
  void whatOnlyARegionUsesStays() {
    String text = """
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %0 = exp %x : tensor<[] x f32>
            %1 = for %x {from = 0, to = 3} do (%i: tensor<[] x i32>, %c: tensor<[] x f32>) {
              yield %0
            } : tensor<[] x f32>
            return %1
          }
        }
        """;
    removes(text, text);
  }

  @Test
  void whatIsNotPureStays() {
    BlockBuilder builder = new BlockBuilder();
    Value x = builder.argument("x", TensorType.scalar(Formats.F32));
    builder.add(new Print(), List.of(x), List.of());
    Function function = new Function("f", builder.build(), Location.UNKNOWN);
    assertSame(function, DeadCode.remove(function));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void whatIsLeftIsValidAndAllOfItIsUsed(@ForAll("modules") Module module) {
    Module rest = module.mapFunctions(DeadCode::remove);
    assertEquals(List.of(), Verifier.check(rest));
    assertSame(rest, rest.mapFunctions(DeadCode::remove));
  }

  private static void removes(String before, String after) {
    Registry registry = Registry.core();
    Module module = Parser.parse(before, "m.ir", registry);
    assertEquals(after, Printer.print(module.mapFunctions(DeadCode::remove), registry));
  }
}
