package nibble.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Module;
import nibble.ir.RandomModules;
import nibble.ir.Registry;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.verify.Verifier;
import org.junit.jupiter.api.Test;

class RoundTripTest {
  private static final Registry REGISTRY = Registry.core();
  private static final String PRINTABLE = "0123456789-%@\"{}[]()<>,:.=x+*/ \nae_";
  private static final String TEXT = """
      module @m {
        symbol B
        symbol S min 8 multiple of 8
        func @f(%x: tensor<[B,S,384] x f32>, %n: tensor<[B,S] x i32>) {
          %w = weight {key = "a.b\\"c"} : tensor<[384,64] x f32> loc("m.nib":3:5 in layer[3].attn.q)
          %0 = quantize %x {rounding = nearest_even} : tensor<[B,S,384] x i8, scale<token, f32>> loc("m.nib":4:5)
          %1 = quantize %w {rounding = nearest_even} : tensor<[384,64] x i8, scale<axis 1, f32>>
          %2 = matmul %0, %1 {transposeB = false, to = f32} : tensor<[B,S,64] x f32>
          %3 = reshape %2 {shape = [B*S,64]} : tensor<[B*S,64] x f32>
          %4 = for %3 {from = 0, to = 2*B + ceil(S/128)} do (%i: tensor<[] x i32>, %acc: tensor<[B*S,64] x f32>) {
            %5 = gelu %acc {kind = erf} : tensor<[B*S,64] x f32>
            yield %5
          } : tensor<[B*S,64] x f32>
          %6 = reduce_sum %4 {axes = [0, 1], keep = false} : tensor<[] x f32>
          return %6, %2
        } loc("m.nib":1:1)
      }
      """;

  @Provide
  Arbitrary<Module> modules() {
    return RandomModules.modules();
  }

  @Test
  void printOfParseIsTheText() {
    Module module = Parser.parse(TEXT, "m.ir", REGISTRY);
    assertEquals(TEXT, Printer.print(module, REGISTRY));
    Verifier.require(module);
  }

  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void parseOfPrintIsTheModule(@ForAll("modules") Module module) {
    assertEquals(List.of(), Verifier.check(module));
    String text = Printer.print(module, REGISTRY);
    Module parsed = Parser.parse(text, "m.ir", REGISTRY);
    assertEquals(module, parsed);
    assertEquals(text, Printer.print(parsed, REGISTRY));
  }

  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
  void withoutLocationsItIsTheSameModuleWithoutLocations(@ForAll("modules") Module module) {
    Printer printer = new Printer(REGISTRY, false);
    String text = printer.print(module);
    assertFalse(text.contains(" loc("));
    assertEquals(text, printer.print(Parser.parse(text, "m.ir", REGISTRY)));
  }

  @Test
  void randomModulesHaveEveryOp() {
    Set<String> met = new TreeSet<>();
    for (long seed = 0; seed < 200; seed++) {
      RandomModules.module(seed, 20).functions().get("main").body().walk(operation -> met.add(operation.op().name()));
    }
    assertEquals(new TreeSet<>(REGISTRY.ops().keySet()), met);
  }

  /** Text that is cut anywhere is an error of the text, with its place. */
  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void truncatedTextIsRefused(@ForAll("modules") Module module, @ForAll int cut) {
    String text = Printer.print(module, REGISTRY);
    int length = Math.floorMod(cut, text.lastIndexOf('}'));
    refusedOrValid(text.substring(0, length), false);
  }

  /** Text with a character replaced, removed or doubled is an error of the text, or another module. */
  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void mutatedTextIsRefusedOrParses(
      @ForAll("modules") Module module, @ForAll int place, @ForAll int kind, @ForAll char other) {
    String text = Printer.print(module, REGISTRY);
    int at = Math.floorMod(place, text.length());
    char printable = PRINTABLE.charAt(other % PRINTABLE.length());
    String changed = switch (Math.floorMod(kind, 4)) {
      case 0 -> printable + "";
      case 1 -> other + "";
      case 2 -> "";
      default -> text.charAt(at) + "" + text.charAt(at);
    };
    refusedOrValid(text.substring(0, at) + changed + text.substring(at + 1), true);
  }

  /** Words in other places. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void shuffledTextIsRefusedOrParses(@ForAll("modules") Module module, @ForAll int from, @ForAll int to) {
    String[] words = Printer.print(module, REGISTRY).split("(?<=\\s)|(?=[,<>{}()\\[\\]])");
    int a = Math.floorMod(from, words.length);
    int b = Math.floorMod(to, words.length);
    String word = words[a];
    words[a] = words[b];
    words[b] = word;
    refusedOrValid(String.join("", words), true);
  }

  private static void refusedOrValid(String text, boolean mayParse) {
    try {
      Module module = Parser.parse(text, "m.ir", REGISTRY);
      assertTrue(mayParse, "it parses");
      // What parses prints as text that parses, and can be verified.
      Verifier.check(module);
      assertEquals(module, Parser.parse(Printer.print(module, REGISTRY), "m.ir", REGISTRY));
    } catch (InputException e) {
      Diagnostic diagnostic = e.diagnostics().getFirst();
      assertTrue(diagnostic.location().isKnown() && diagnostic.location().file().equals("m.ir"), diagnostic::message);
    } catch (RuntimeException | StackOverflowError e) {
      fail("escaped from\n" + text, e);
    }
  }
}
