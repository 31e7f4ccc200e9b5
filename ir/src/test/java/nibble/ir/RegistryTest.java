package nibble.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Tensor;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.CodeRange;
import nibble.ir.layout.ScaleRule;
import nibble.ir.op.Exp;
import nibble.ir.op.Quantize;
import nibble.ir.text.TextReader;
import org.junit.jupiter.api.Test;

class RegistryTest {
  /** A dialect of one op and perhaps a format. */
  private record Extension(Class<? extends Op> op, ImmutableList<NumberFormat> formats) implements Dialect {
    private Extension(Class<? extends Op> op) {
      this(op, ImmutableList.of());
    }

    @Override
    public String name() {
      return "extension";
    }

    @Override
    public ImmutableList<Class<? extends Op>> ops() {
      return ImmutableList.of(op);
    }
  }

  @OpInfo(name = "twice", summary = "twice the element")
  private record Twice(int times) implements Op {
    @Override
    public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
      return ImmutableList.copyOf(operands);
    }
  }

  private record Nameless() implements Op {
    @Override
    public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
      return ImmutableList.of();
    }
  }

  @OpInfo(name = "two words", summary = "")
  private record TwoWords() implements Op {
    @Override
    public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
      return ImmutableList.of();
    }
  }

  @OpInfo(name = "odd", summary = "")
  private record OddAttribute(Thread thread) implements Op {
    @Override
    public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
      return ImmutableList.of();
    }
  }

  @OpInfo(name = "no_record", summary = "")
  private static final class NoRecord implements Op {
    @Override
    public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
      return ImmutableList.of();
    }
  }

  @Test
  void anExtensionIsFoundByName() {
    Registry registry = Registry.core().with(List.of(new Extension(Twice.class)));
    assertEquals(Twice.class, registry.op("twice").orElseThrow());
    assertEquals(List.of("core", "extension"), registry.dialects().stream().map(Dialect::name).toList());
    assertTrue(Registry.core().op("twice").isEmpty());
  }

  @Test
  void oneNameForTwoThingsIsRefused() {
    refused("the op exp of dialect extension exists already", new Extension(Exp.class));
    refused("the format i8 of dialect extension exists already",
        new Extension(Twice.class, ImmutableList.of(Formats.I8)));
  }

  @Test
  void opsThatHaveNoTextFormAreRefused() {
    refused(Nameless.class.getName() + " lacks @OpInfo", new Extension(Nameless.class));
    refused("the name 'two words' of " + TwoWords.class.getName() + " is no word", new Extension(TwoWords.class));
    refused(NoRecord.class.getName() + " is an op but no record", new Extension(NoRecord.class));
    refused("the attribute thread of the op odd has type java.lang.Thread, for which no dialect has a syntax",
        new Extension(OddAttribute.class));
  }

  /** Two thirds of the range: a rule that somebody might try. */
  private record Part(String keyword) implements ScaleRule {
    @Override
    public String summary() {
      return "amax / max * 2 / 3";
    }

    @Override
    public double scale(double amax, CodeRange codes, NumberFormat scales) {
      return scales.round(amax / codes.most() * 2 / 3);
    }

    @Override
    public boolean isQuotient() {
      return true;
    }
  }

  private record Rules(String name, String keyword) implements Dialect {
    @Override
    public ImmutableList<ScaleRule> scaleRules() {
      return ImmutableList.of(new Part(keyword));
    }
  }

  @Test
  void aRuleOfScalesIsPartOfTypesAndOfQuantization() {
    Registry registry = Registry.core().with(List.of(new Rules("extension", "part")));
    String text = "tensor<[1,3] x i8, scale<tensor, f32, part>>";
    TensorType type = new TextReader(text, "test", registry).tensorType();
    assertEquals(text, type.toString());
    assertEquals(type, new TextReader(text, "test", registry).tensorType());
    Tensor x = Tensor.of(type.plain(Formats.F32), 381, -3, 100);
    Tensor quantized = Quantize.nearest(type).eval(List.of(x), type);
    assertEquals(2, quantized.scales()[0]);
    assertEquals(List.of(127.0, -2.0, 50.0), Arrays.stream(quantized.elements()).boxed().toList());
    assertTrue(Catalog.of(registry).scaleRules().stream().anyMatch(entry -> entry.example().equals("part")));
    assertThrows(InputException.class, () -> new TextReader(text, "test", Registry.core()).tensorType());
  }

  @Test
  void rulesWhoseNamesMeanSomethingElseAreRefused() {
    refused("the rule of scales up of dialect extension exists already", new Rules("extension", "up"));
    refused("a rule of scales can't have the keyword 'zero'", new Rules("extension", "zero"));
    refused("a rule of scales can't have the keyword 'scale'", new Rules("extension", "scale"));
    refused("a rule of scales can't have the keyword 'a b'", new Rules("extension", "a b"));
  }

  private static void refused(String message, Dialect dialect) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, () ->
        Registry.core().with(List.of(dialect))).getMessage());
  }

  @Test
  void builtInLayoutsAndTypesAreThere() {
    Registry registry = Registry.core();
    assertEquals(
        List.of("tensor", "axis", "token", "block", "group", "interleaved"),
        registry.granularities().keySet().asList());
    assertTrue(registry.sparseLayout(2).isPresent() && registry.sparseLayout(3).isPresent());
    assertTrue(registry.sparseLayout(1).isEmpty());
    assertEquals(
        List.of("nearest", "up", "floor", "ceil", "even", "full"), registry.scaleRules().keySet().asList());
    assertTrue(registry.format("e4m3").isPresent());
    assertTrue(registry.type("tensor").isEmpty());
  }
}
