package nibble.passes.testing;

import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.eval.Mode;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.verify.Verifier;

/** What every exact rewrite is held to. A test names functions that it fires on, and functions that it leaves alone. */
public abstract class RewriteContract {
  /** The rewrite alone, so that no other can do its work. */
  protected abstract Rewrite rewrite();

  /** Text of functions that it changes. */
  protected abstract String fires();

  /** Text of functions that it does not change. */
  protected abstract String doesNotFire();

  /**
   * The modes of interpretation in which it is exact to the bit; a rewrite that removes roundings names the exact one
   * alone.
   */
  protected List<Mode> modes() {
    return List.of(Mode.values());
  }

  @Example
  void firesOnEach() {
    Module before = IrText.module(fires());
    Module after = new RewriteDriver(rewrite()).apply(before);
    assertTrue(Verifier.check(after).isEmpty(), () -> Verifier.check(after).toString());
    before.functions().forEach((name, function) ->
        assertNotEquals(function, after.functions().get(name), () -> "does not fire on @" + name));
  }

  @Example
  void leavesOthersAlone() {
    Module before = IrText.module(doesNotFire());
    Module after = new RewriteDriver(rewrite()).apply(before);
    before.functions().forEach((name, function) ->
        assertSame(function, after.functions().get(name), () -> "fires on @" + name));
  }

  @Property(tries = 300)
  void isExactToTheBit(@ForAll("numbers") List<Double> numbers) {
    ImmutableMap<String, Function> before = IrText.module(fires()).functions();
    ImmutableMap<String, Function> after = new RewriteDriver(rewrite()).apply(IrText.module(fires())).functions();
    before.forEach((name, function) ->
        new RewriteVerifier(numbers, modes()).requireSameBits(function, after.get(name)));
  }

  @Provide
  Arbitrary<List<Double>> numbers() {
    return SpecialNumbers.lists();
  }
}
