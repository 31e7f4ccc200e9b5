package nibble.passes.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.FixedRounding;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.format.Rounding;
import nibble.ir.format.RoundingMode;
import nibble.ir.format.StochasticRounding;
import nibble.ir.layout.Granularities;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleLayout;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.ScaleRules;
import nibble.ir.recipe.PathPattern;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.LayoutSpec;
import nibble.passes.spi.Plugins;

class PipelineTextTest {
  /** A pass with every kind of option. */
  @PassInfo(name = "everything", summary = "does nothing", effect = NumericEffect.Kind.EXACT)
  record Everything(
      @PassOption("patterns") ImmutableList<PathPattern> at,
      @PassOption(value = "a count", otherwise = "7") int maxCount,
      @PassOption(value = "a number", otherwise = "0.5") double ratio,
      @PassOption(value = "a switch", otherwise = "false") boolean deep,
      @PassOption("a text") Optional<String> note,
      @PassOption("a word") Optional<FixedRounding> rounding,
      @PassOption("a layout") Optional<LayoutSpec> layout,
      @PassOption("texts") ImmutableList<String> names,
      @PassOption("the rest") ImmutableMap<String, Long> others) implements Pass {
    @Override
    public Module run(Module module, PassContext context) {
      return module;
    }
  }

  private final PassRegistry registry = PassRegistry.of(
      Registry.core(), List.of(Everything.class), Map.of("all", Everything.class), List.of(LayoutSpec.SYNTAX));

  @Property(edgeCases = EdgeCasesMode.NONE)
  void parseOfPrintIsThePipeline(@ForAll("pipelines") List<Pass> passes) {
    String text = registry.print(Pipeline.of(passes));
    assertEquals(passes, registry.parse(text).passes(), text);
  }

  @Provide
  Arbitrary<List<Pass>> pipelines() {
    Arbitrary<PathPattern> patterns =
        Arbitraries.of("layer[*].attn.{q,k,v}", "**", "a", "x.y[3]", "*.*[*]", "embed").map(PathPattern::of);
    Arbitrary<String> texts = Arbitraries.strings().withChars("ab ,}{[]()=\"\\:*-").ofMaxLength(8);
    Arbitrary<ImmutableMap<String, Long>> others =
        Arbitraries.maps(Arbitraries.of("B", "S", "H"), Arbitraries.longs()).ofMaxSize(3).map(ImmutableMap::copyOf);
    Arbitrary<Everything> numbers = Combinators.combine(
        Arbitraries.integers(), Arbitraries.doubles(), Arbitraries.of(true, false), others)
        .as((count, ratio, deep, rest) -> new Everything(
            ImmutableList.of(), count, ratio, deep, Optional.empty(), Optional.empty(), Optional.empty(),
            ImmutableList.of(), rest));
    return Combinators.combine(
        numbers, patterns.list().ofMaxSize(3), texts.optional(), Arbitraries.of(FixedRounding.class).optional(),
        layouts().optional(), texts.list().ofMaxSize(3))
        .as((base, at, note, rounding, layout, names) -> (Pass) new Everything(
            ImmutableList.copyOf(at), base.maxCount(), base.ratio(), base.deep(), note, rounding, layout,
            ImmutableList.copyOf(names), base.others()))
        .list().ofMaxSize(3);
  }

  private static Arbitrary<LayoutSpec> layouts() {
    Arbitrary<Granularity> granularities = Arbitraries.of(
        new Granularities.PerTensor(), new Granularities.PerToken(), new Granularities.PerAxis(1),
        new Granularities.PerBlock(1, 128), new Granularities.PerGroup(32));
    Arbitrary<NumberFormat> scales = Arbitraries.of(Formats.F32, Formats.F16, Formats.BF16);
    Arbitrary<NumberFormat> formats = Arbitraries.of(Formats.I8, Formats.I4, Formats.E4M3, Formats.E2M1);
    Arbitrary<ScaleRule> rules = Arbitraries.of(ScaleRules.NEAREST, ScaleRules.UP);
    Arbitrary<ScaleLayout> outer = Combinators.combine(granularities, Arbitraries.of(Formats.F32, Formats.BF16), rules)
        .as((boxes, format, rule) -> new ScaleLayout(boxes, format).withRule(rule));
    Arbitrary<Double> thresholds = Arbitraries.of(0.0, 0.5, 4.0, Double.POSITIVE_INFINITY);
    Arbitrary<RoundingMode> roundings =
        Arbitraries.of(FixedRounding.NEAREST_EVEN, FixedRounding.TOWARD_ZERO, new StochasticRounding(7, 3));
    return Combinators.combine(
        formats, granularities.optional(), scales, rules, outer.optional(), thresholds.optional(), roundings)
        .as((format, boxes, scale, rule, second, threshold, rounding) -> new LayoutSpec(
            format, boxes, scale, rule, scale.equals(Formats.F16) ? second : Optional.empty(), Optional.empty(),
            threshold.map(any -> Formats.I8), threshold, rounding));
  }

  @Example
  void textIsReadAsPeopleWriteIt() {
    Pipeline pipeline = registry.parse("""
        everything{ at = [ a.* , {q,k}.b ],max-count=3, ratio = -1e-3,
          deep=true , note="a, \\"b\\" }", rounding=toward-zero, layout= i8:axis1 , B=8},everything
        """);
    Everything first = (Everything) pipeline.passes().getFirst();
    assertEquals(ImmutableList.of(PathPattern.of("a.*"), PathPattern.of("{q,k}.b")), first.at());
    assertEquals(3, first.maxCount());
    assertEquals(-1e-3, first.ratio());
    assertTrue(first.deep());
    assertEquals(Optional.of("a, \"b\" }"), first.note());
    assertEquals(Optional.of(Rounding.TOWARD_ZERO), first.rounding());
    assertEquals(Optional.of("i8:axis 1"), first.layout().map(LayoutSpec::toString));
    assertEquals(ImmutableMap.of("B", 8L), first.others());
    assertEquals("everything", registry.print(pipeline.passes().get(1)));
  }

  @Example
  void theExampleOfTheDesignReadsBackAsItIs() {
    String text = "quantize{at=layer[*].attn.*, weight=i8:channel, act=i8:token},fold-dequantize,cse";
    PassRegistry builtIn = Plugins.none().passes();
    assertEquals(text, builtIn.print(builtIn.parse(text)));
  }

  @Example
  void noTextIsNoPass() {
    assertEquals(List.of(), registry.parse("  ").passes());
  }

  @Example
  void clausesHaveNamesOfTheirOwn() {
    PassText clause = new PassText("all", Location.UNKNOWN, ImmutableList.of());
    assertEquals("everything", registry.print(registry.clauses(List.of(clause))));
    assertThrows(InputException.class, () -> registry.parse("all"));
  }

  /** A pass without documentation of its option. */
  @PassInfo(name = "bare", summary = "does nothing", effect = NumericEffect.Kind.EXACT)
  record Bare(int count) implements Pass {
    @Override
    public Module run(Module module, PassContext context) {
      return module;
    }
  }

  @Example
  void passesThatBreakTheConventionsAreRefused() {
    assertRefused("lacks @PassOption", List.of(Bare.class));
    assertRefused("exists already", List.of(Everything.class, Everything.class));
  }

  private static void assertRefused(String why, List<Class<? extends Pass>> passes) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () ->
        PassRegistry.of(Registry.core(), passes, Map.of(), List.of(LayoutSpec.SYNTAX)));
    assertTrue(refused.getMessage().contains(why), refused.getMessage());
  }
}
