package nibble.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import nibble.ir.Block;
import nibble.ir.BlockBuilder;
import nibble.ir.Function;
import nibble.ir.GoldenCases;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.DiagnosticRenderer;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.Formats;
import nibble.ir.op.Exp;
import nibble.ir.shape.Shape;
import nibble.ir.shape.SymbolBounds;
import nibble.ir.text.Parser;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

public class VerifierTest {
  private static final TensorType TYPE = TensorType.of(Shape.of(4), Formats.F32);
  private static final Location HERE = Location.of("m.nib", 3, 5);

  @TestFactory
  Stream<DynamicTest> invalidModules() {
    return GoldenCases.of(VerifierTest.class, "invalid.txt").tests(VerifierTest::diagnostics);
  }

  /** What is wrong with the module in a text. */
  public static String diagnostics(String text) {
    Module module = Parser.parse(text, "m.ir", Registry.core());
    return new DiagnosticRenderer(Map.of()).render(Verifier.check(module));
  }

  /** What the text form can't say, since the parser looks names up. */
  @Test
  void useBeforeDefinition() {
    Value x = new Value("x", TYPE);
    Value y = new Value("y", TYPE);
    Value z = new Value("z", TYPE);
    Block block = new Block(
        ImmutableList.of(x), ImmutableList.of(exp(y, z), exp(x, y)), ImmutableList.of(z, new Value("w", TYPE)));
    assertEquals(
        List.of(
            "%y, used by exp, is not defined before it with type tensor<[4] x f32>",
            "%w, used by the end of the block, is not defined before it with type tensor<[4] x f32>"),
        messages(block));
  }

  @Test
  void useWithAnotherType() {
    Value x = new Value("x", TYPE);
    Value other = new Value("x", TYPE.plain(Formats.F16));
    Block block = new Block(ImmutableList.of(x), ImmutableList.of(), ImmutableList.of(other));
    assertEquals(
        List.of("%x, used by the end of the block, is not defined before it with type tensor<[4] x f16>"),
        messages(block));
  }

  @Test
  void namesThatTheTextFormCannotWrite() {
    BlockBuilder builder = new BlockBuilder();
    builder.argument("a,b", TYPE);
    Module module = Module.of("", List.of(SymbolBounds.of("2S")), List.of(new Function("f g", builder.build(), HERE)));
    assertEquals(
        List.of("'' is no name of a module", "'2S' is no name of a size", "'f g' is no name of a function",
            "'a,b' is no name of a value"),
        Verifier.check(module).stream().map(Diagnostic::message).toList());
  }

  @Test
  void definedTwice() {
    Value x = new Value("x", TYPE);
    Block block = new Block(ImmutableList.of(x, x), ImmutableList.of(exp(x, x)), ImmutableList.of());
    assertEquals(List.of("%x is defined twice", "%x is defined twice"), messages(block));
  }

  @Test
  void requireThrowsAllOfThem() {
    BlockBuilder builder = new BlockBuilder();
    Value x = builder.argument("x", TYPE);
    builder.append(exp(x, new Value("x", TYPE)));
    Module module = Module.of("m", List.of(), List.of(new Function("f", builder.build(x), HERE)));
    InputException error = assertThrows(InputException.class, () -> Verifier.require(module));
    assertEquals(1, error.diagnostics().size());
    assertEquals(HERE, error.diagnostics().getFirst().location());
  }

  private static Operation exp(Value operand, Value result) {
    return new Operation(new Exp(), ImmutableList.of(operand), ImmutableList.of(result), ImmutableList.of(), HERE);
  }

  private static List<String> messages(Block block) {
    return Verifier.check(new Function("f", block, HERE), Set.of()).stream().map(Diagnostic::message).toList();
  }
}
