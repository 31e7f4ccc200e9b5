package nibble.passes.testing;

import com.google.common.collect.ImmutableList;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.shape.Dim;
import nibble.passes.BuiltInPasses;
import nibble.passes.Decision.Cost;
import nibble.passes.FunctionErrors;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.pipeline.PassRegistry;

/** Passes that play a trick and declare what the test wants them to declare. */
public final class TestPasses {
  /** Knows them and the built-in passes. */
  public static final PassRegistry REGISTRY = PassRegistry.of(
      Registry.core(),
      ImmutableList.<Class<? extends Pass>>builder()
          .addAll(BuiltInPasses.ALL)
          .add(SaysExact.class)
          .add(SaysChanges.class)
          .add(SaysBounded.class)
          .add(SaysNothing.class)
          .build(),
      Map.of(),
      BuiltInPasses.SYNTAXES);

  private TestPasses() {}

  /** Says that it is exact. */
  @PassInfo(name = "says-exact", summary = "plays a trick", effect = NumericEffect.Kind.EXACT)
  public record SaysExact(@PassOption("what it does") Trick trick) implements Pass {
    @Override
    public Module run(Module module, PassContext context) {
      return trick.play(module);
    }
  }

  /** Says that it changes numbers on purpose. */
  @PassInfo(name = "says-changes", summary = "plays a trick", effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
  public record SaysChanges(
      @PassOption("what it does") Trick trick,
      @PassOption(value = "whether it records it", otherwise = "false") boolean records) implements Pass {
    @Override
    public Module run(Module module, PassContext context) {
      if (records) {
        Cost cost = new Cost(Dim.of(4), Dim.of(2), Optional.of(3.0));
        context.applied("results", Location.UNKNOWN, "a test wants it", cost);
      }
      return trick.play(module);
    }
  }

  /** Says that erf may be off by a bound. */
  @PassInfo(name = "says-bounded", summary = "plays a trick", effect = NumericEffect.Kind.BOUNDED)
  public record SaysBounded(
      @PassOption("what it does") Trick trick, @PassOption("error of erf") double bound) implements Pass {
    @Override
    public NumericEffect effect() {
      return new NumericEffect.Bounded("erf to " + bound,
          new FunctionErrors((op, argument, value) -> op.equals("erf") ? bound : 0));
    }

    @Override
    public Module run(Module module, PassContext context) {
      return trick.play(module);
    }
  }

  /** Declares a bound but states none. */
  @PassInfo(name = "says-nothing", summary = "plays a trick", effect = NumericEffect.Kind.BOUNDED)
  public record SaysNothing() implements Pass {
    @Override
    public Module run(Module module, PassContext context) {
      return module;
    }
  }
}
