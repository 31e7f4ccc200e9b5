/**
 * The interface for plugins.
 *
 * <p>A plugin is a jar with a public class that implements {@link nibble.passes.spi.Plugin} and the name of that class
 * in {@code META-INF/services/nibble.passes.spi.Plugin}. It is found on the class path, or loaded with {@code --plugin
 * x.jar}.
 *
 * <p><b>Stability.</b> A plugin that compiles against this package, {@link nibble.passes.Pass} with its annotations,
 * {@link nibble.passes.PassContext}, {@link nibble.passes.NumericEffect}, the passes and layouts of {@code
 * nibble.passes.precision}, and the packages {@code nibble.ir}, {@code nibble.ir.format}, {@code nibble.ir.layout},
 * {@code nibble.ir.op} and {@code nibble.ir.rewrite}, runs without change on every version of Nibble with the same
 * {@link nibble.passes.spi.Plugin#SPI}. Methods may be added to interfaces with a default. What would break a plugin
 * raises the number, and a plugin of another number is refused with a message, not run.
 */
package nibble.passes.spi;
