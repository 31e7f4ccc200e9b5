package nibble.passes.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Module;
import nibble.ir.eval.Mode;
import nibble.ir.eval.Tensor;
import nibble.ir.verify.Verifier;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassEnvironment;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.spi.Plugins;
import nibble.passes.validate.ValidationReport;
import nibble.passes.validate.Validator;

/**
 * What every pass is held to, on inputs of infinities, NaN, zeros and subnormals too. Golden files show what it makes.
 */
public abstract class PassContract {
  private final PassRegistry registry = Plugins.none().passes();

  /** Pipeline text of the pass. */
  protected abstract String pass();

  /** Text of functions that it changes. */
  protected abstract String fires();

  /** Text of functions that it does not change. */
  protected abstract String doesNotFire();

  private PassContext context() {
    return new PassContext(PassEnvironment.of(registry.ir()), pass());
  }

  private Pass parsed() {
    return registry.parse(pass()).passes().getFirst();
  }

  @Example
  void hasTheTextItIsWrittenWith() {
    assertEquals(pass(), registry.print(parsed()));
  }

  @Example
  void changesEach() {
    Module before = IrText.module(fires());
    Module after = parsed().run(before, context());
    assertTrue(Verifier.check(after).isEmpty(), () -> Verifier.check(after).toString());
    before.functions().forEach((name, function) ->
        assertNotEquals(function, after.functions().get(name), () -> "does not change @" + name));
  }

  @Example
  void returnsTheSameModuleWhereItChangesNothing() {
    Module before = IrText.module(doesNotFire());
    assertSame(before, parsed().run(before, context()));
  }

  @Property(tries = 200)
  void keepsItsPromise(@ForAll("numbers") List<Double> numbers) {
    Module before = IrText.module(fires());
    PassContext context = context();
    Module after = parsed().run(before, context);
    RewriteVerifier samples = new RewriteVerifier(numbers, List.of(Mode.values()));
    ImmutableMap.Builder<String, ImmutableList<Tensor>> inputs = ImmutableMap.builder();
    before.functions().forEach((name, function) -> inputs.put(name, samples.inputs(function)));
    ValidationReport report = new Validator(Optional.empty(), inputs.buildOrThrow(), 1)
        .check(parsed().name(), parsed().effect(), before, after, context.decisions());
    assertEquals(before.functions().size(), report.functions().size());
    assertTrue(report.ok(), report::text);
  }

  @Provide
  Arbitrary<List<Double>> numbers() {
    return SpecialNumbers.lists();
  }
}
