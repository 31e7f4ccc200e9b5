package nibble.ir.rewrite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Module;
import nibble.ir.Op;
import nibble.ir.Operation;
import nibble.ir.RandomModules;
import nibble.ir.Registry;
import nibble.ir.Value;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.op.Abs;
import nibble.ir.op.Add;
import nibble.ir.op.Cast;
import nibble.ir.op.CompositeOp;
import nibble.ir.op.Exp;
import nibble.ir.op.Neg;
import nibble.ir.op.Sub;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;

class RewriteDriverTest {
  private static final Registry REGISTRY = Registry.core();

  /** {@code neg(neg(x)) -> x}. */
  private static final Rewrite FOLD_DOUBLE_NEGATION = (operation, context) -> operation.op() instanceof Neg
      ? context.match(operation.operand(0), Neg.class).map(inner -> ImmutableList.of(inner.operand(0)))
      : Optional.empty();

  /** {@code sub(a, b) -> add(a, neg(b))}. */
  private static final Rewrite SUBTRACT_BY_ADDING = (operation, context) -> operation.op() instanceof Sub
      ? Optional.of(ImmutableList.of(context.builder().add(
          new Add(), operation.operand(0), context.builder().add(new Neg(), operation.operand(1)))))
      : Optional.empty();

  @Provide
  Arbitrary<Module> modules() {
    return RandomModules.modules();
  }

  @Test
  void theNameOfAValueThatIsGoneIsNotGivenToAnother() {
    Module module = Parser.parse("""
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %0 = sub %x, %x : tensor<[] x f32>
            %y = abs %0 : tensor<[] x f32>
            return %y
          }
        }
        """, "test", REGISTRY);
    int[] sweeps = {0};
    Rewrite inTheSecondSweep = (operation, context) -> operation.op() instanceof Abs && ++sweeps[0] == 2
        ? Optional.of(ImmutableList.of(context.builder().add(new Exp(), operation.operand(0))))
        : Optional.empty();
    Module after = new RewriteDriver(SUBTRACT_BY_ADDING, inTheSecondSweep).apply(module);
    List<String> names = after.functions().get("f").body().operations().stream()
        .map(operation -> operation.result().name()).toList();
    assertEquals(3, names.size());
    assertFalse(names.contains("0"), names.toString());
  }

  @Test
  void rewritesUntilNothingFires() {
    rewrites("""
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %0 = neg %x : tensor<[] x f32>
            %1 = neg %0 : tensor<[] x f32>
            %2 = neg %1 : tensor<[] x f32>
            %3 = neg %2 : tensor<[] x f32>
            %4 = neg %3 : tensor<[] x f32>
            return %4, %3
          }
        }
        """, """
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %4 = neg %x : tensor<[] x f32>
            return %4, %x
          }
        }
        """, FOLD_DOUBLE_NEGATION);
  }

  @Test
  void whatIsAddedIsRewrittenToo() {
    rewrites("""
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %0 = neg %x : tensor<[] x f32>
            %1 = sub %x, %0 : tensor<[] x f32> loc("m.nib":3:5 in layer[1])
            return %1
          }
        }
        """, """
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %3 = add %x, %x : tensor<[] x f32> loc("m.nib":3:5 in layer[1])
            return %3
          }
        }
        """, FOLD_DOUBLE_NEGATION, SUBTRACT_BY_ADDING);
  }

  @Test
  void regionsAreRewrittenAndSeeWhatIsReplacedOutside() {
    rewrites("""
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %0 = neg %x : tensor<[] x f32>
            %1 = neg %0 : tensor<[] x f32>
            %2 = for %1 {from = 0, to = 3} do (%i: tensor<[] x i32>, %c: tensor<[] x f32>) {
              %3 = neg %c : tensor<[] x f32>
              %4 = neg %3 : tensor<[] x f32>
              %5 = add %4, %1 : tensor<[] x f32>
              %6 = neg %5 : tensor<[] x f32>
              %7 = neg %6 : tensor<[] x f32>
              yield %7
            } : tensor<[] x f32>
            return %2
          }
        }
        """, """
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %2 = for %x {from = 0, to = 3} do (%i: tensor<[] x i32>, %c: tensor<[] x f32>) {
              %5 = add %c, %x : tensor<[] x f32>
              yield %5
            } : tensor<[] x f32>
            return %2
          }
        }
        """, FOLD_DOUBLE_NEGATION);
  }

  @Test
  void doesNotFire() {
    Module module = parse("""
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %0 = neg %x : tensor<[] x f32>
            %1 = exp %x : tensor<[] x f32>
            return %0
          }
        }
        """);
    // Not even what is dead is removed where nothing fires.
    assertSame(module, new RewriteDriver(FOLD_DOUBLE_NEGATION).apply(module));
  }

  @Test
  void theContextKnowsDefinitionsAndUses() {
    List<String> seen = new ArrayList<>();
    Rewrite watch = (operation, context) -> {
      Value operand = operation.operand(0);
      seen.add(operation.op().name() + " of " + context.definition(operand).map(d -> d.op().name()).orElse("argument")
          + " used " + context.useCount(operand) + " S " + context.symbols().get("S").divisor());
      return Optional.empty();
    };
    new RewriteDriver(watch).apply(parse("""
        module @m {
          symbol S multiple of 8
          func @f(%x: tensor<[S] x f32>) {
            %0 = neg %x : tensor<[S] x f32>
            %1 = kernel %0 {label = "k"} do (%a: tensor<[S] x f32>) {
              %2 = exp %a : tensor<[S] x f32>
              yield %2
            } : tensor<[S] x f32>
            return %0, %0, %1
          }
        }
        """));
    assertEquals(List.of("neg of argument used 1 S 8", "exp of argument used 1 S 8", "kernel of neg used 3 S 8"), seen);
  }

  @Test
  void rewritesThatUndoEachOtherAreFound() {
    Rewrite toAbs = replace(Neg.class, new Abs());
    Rewrite toNeg = replace(Abs.class, new Neg());
    assertTrue(assertThrows(IllegalStateException.class, () ->
        new RewriteDriver(toAbs, toNeg).apply(one())).getMessage().endsWith("do not come to an end on @f"));
  }

  @Test
  void whatARewriteMustNotDo() {
    wrong("a rewrite of neg replaced tensor<[] x f32> by tensor<[] x f16>",
        (operation, context) -> Optional.of(ImmutableList.of(
            context.builder().add(new Cast(Formats.F16), operation.operand(0)))));
    wrong("a rewrite of neg gave 2 values for 1 results",
        (operation, context) -> Optional.of(ImmutableList.of(operation.operand(0), operation.operand(0))));
    wrong("a rewrite of neg replaced %0 by what it removes",
        (operation, context) -> Optional.of(ImmutableList.of(operation.result())));
    Rewrite leftover = new Rewrite() {
      @Override
      public Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context) {
        context.builder().add(new Exp(), operation.operand(0));
        return Optional.empty();
      }

      @Override
      public String toString() {
        return "leftover";
      }
    };
    wrong("leftover added operations but did not fire", leftover);
  }

  private static void wrong(String message, Rewrite rewrite) {
    assertEquals(message,
        assertThrows(IllegalStateException.class, () -> new RewriteDriver(rewrite).apply(one())).getMessage());
  }

  private static Module one() {
    return parse("""
        module @m {
          func @f(%x: tensor<[] x f32>) {
            %0 = neg %x : tensor<[] x f32>
            return %0
          }
        }
        """);
  }

  private static Rewrite replace(Class<? extends Op> from, Op to) {
    return (operation, context) -> from.isInstance(operation.op())
        ? Optional.of(ImmutableList.of(context.builder().add(to, operation.operand(0))))
        : Optional.empty();
  }

  /** Rewrites that are exact leave every result of every module as it is, bit for bit. */
  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void exactRewritesKeepResults(@ForAll("modules") Module module, @ForAll long seed) {
    Module rewritten = new RewriteDriver(FOLD_DOUBLE_NEGATION, SUBTRACT_BY_ADDING).apply(module);
    assertEquals(List.of(), Verifier.check(rewritten));
    rewritten.function("main").orElseThrow().body().walk(operation -> assertFalse(operation.op() instanceof Sub));
    Interpreter interpreter = new Interpreter(Mode.EXACT, RandomModules.weights(seed));
    List<Tensor> inputs = RandomModules.inputs(module.function("main").orElseThrow(), new Random(seed));
    List<Tensor> before = interpreter.run(module.function("main").orElseThrow(), inputs);
    List<Tensor> after = interpreter.run(rewritten.function("main").orElseThrow(), inputs);
    for (int i = 0; i < before.size(); i++) {
      assertTrue(before.get(i).sameAs(after.get(i)));
    }
  }

  /** Every composite op can be replaced by its parts, wherever it stands. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void compositesAreReplacedByTheirParts(@ForAll("modules") Module module) {
    Rewrite decompose = (operation, context) -> operation.op() instanceof CompositeOp composite
        ? Optional.of(ImmutableList.of(composite.decompose(context.builder(), operation.operands())))
        : Optional.empty();
    Module rewritten = new RewriteDriver(decompose).apply(module);
    assertEquals(List.of(), Verifier.check(rewritten));
    rewritten.function("main").orElseThrow().body()
        .walk(operation -> assertFalse(operation.op() instanceof CompositeOp));
  }

  private static void rewrites(String before, String after, Rewrite... rewrites) {
    Module rewritten = new RewriteDriver(rewrites).apply(parse(before));
    Verifier.require(rewritten);
    assertEquals(after, Printer.print(rewritten, REGISTRY));
  }

  private static Module parse(String text) {
    Module module = Parser.parse(text, "m.ir", REGISTRY);
    Verifier.require(module);
    return module;
  }
}
