package nibble.passes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Module;
import nibble.ir.text.Parser;
import nibble.ir.text.Printer;
import nibble.ir.verify.Verifier;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.testing.RandomProgram;
import nibble.passes.validate.Validator;

/** Random programs through random pipelines: every module in between is valid, and every pass keeps its promise. */
class RandomPipelinesTest {
  private final PassRegistry registry = Plugins.none().passes();

  @Property(tries = 400)
  void everyPassKeepsItsPromise(@ForAll long seed, @ForAll("pipelines") List<String> passes) {
    Module module = RandomProgram.of(seed);
    Verifier.require(module);
    PassRun run = PassManager.of(registry, PassEnvironment.of(registry.ir()))
        .validating(Validator.generated(seed))
        .run(module, registry.parse(String.join(",", passes)));
    run.failures().forEach(failure -> fail(failure.text() + Printer.print(module, registry.ir())));
    String text = Printer.print(run.output(), registry.ir());
    assertEquals(run.output(), Parser.parse(text, "printed", registry.ir()));
  }

  @Property(tries = 200)
  void aSecondTimeChangesNothing(@ForAll long seed, @ForAll("repeatable") String text) {
    Pass pass = registry.parse(text).passes().getFirst();
    PassContext context = new PassContext(PassEnvironment.of(registry.ir()), pass.name());
    Module once = pass.run(RandomProgram.of(seed), context);
    assertSame(once, pass.run(once, context));
  }

  @Provide
  Arbitrary<List<String>> pipelines() {
    return Arbitraries.oneOf(repeatable(), Arbitraries.of(
        "quantize{weight=i4:group 2, act=e4m3:token}",
        "quantize{weight=e4m3:channel:f16, act=e4m3:block(1,2)}",
        "quantize{act=i8:tensor}",
        "cast{to=bf16}",
        "cache-deltas{limit=0.5}",
        "route-products{weight=[i4:channel, i8:channel], act=[i4:token, i8:token], threshold=0.5}",
        "fold-constants{limit=2}")).list().ofMinSize(1).ofMaxSize(6);
  }

  @Provide
  Arbitrary<String> repeatable() {
    return Arbitraries.of(
        "canonicalize", "fold-constants", "cse", "dce", "unroll", "decompose", "fallback{threshold=1.0}",
        "decompose{ops=[gelu, silu]}", "fold-dequantize", "cast{to=f16}", "quantize{weight=i8:channel, act=i8:token}",
        "quantize{weight=i8:block(2,2)}", "sparsify{weight=2:4}", "sparsify{weight=1:2}", "sparsify{weight=mask 1:2}",
        "fuse-attention");
  }
}
