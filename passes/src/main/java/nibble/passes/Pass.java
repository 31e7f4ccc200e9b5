package nibble.passes;

import nibble.ir.Module;

/**
 * A transformation: a valid module in, a valid module out. A pass is a record whose components are its options,
 * annotated with {@link PassInfo} and {@link PassOption}; it holds no state. A pass that changes nothing returns the
 * same module.
 */
public interface Pass {
  /**
   * Transforms a module.
   *
   * @throws nibble.ir.diagnostic.InputException where the options don't fit the module
   */
  Module run(Module module, PassContext context);

  /** Whether it needs sample inputs: {@link PassEnvironment#inputs()}. */
  default boolean needsInputs() {
    return false;
  }

  /** Whether it is better off with many: those that a sample has for calibration, where it has some apart. */
  default boolean needsManyInputs() {
    return false;
  }

  default PassInfo info() {
    return PassInfo.Reader.of(getClass());
  }

  /** The name in pipeline text. */
  default String name() {
    return info().name();
  }

  /**
   * What it does to the numbers. A pass that declares {@link NumericEffect.Kind#BOUNDED} overrides this and states its
   * bound.
   */
  default NumericEffect effect() {
    return switch (info().effect()) {
      case EXACT -> new NumericEffect.Exact();
      case CHANGES_ON_PURPOSE -> new NumericEffect.ChangesOnPurpose();
      case BOUNDED -> throw new IllegalStateException(name() + " declares a bound but states none");
    };
  }
}
