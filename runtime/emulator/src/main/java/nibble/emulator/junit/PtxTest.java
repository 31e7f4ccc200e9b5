package nibble.emulator.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import nibble.emulator.Check;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs kernels under all checks and several schedules. It is run once for each schedule, with a {@link
 * nibble.emulator.library.Module} of its own as its parameter, and fails where it fails itself, where a kernel faults,
 * and where checks find something.
 *
 * <pre>{@code
 * @PtxTest("kernels/reduce.ptx")
 * void sums(Module module) {
 *   Buffer<float[]> x = module.buffer("x", numbers);
 *   Buffer<float[]> sum = module.output("sum", new float[1]);
 *   module.kernel("reduce").launch(4, 256, x, sum, numbers.length);
 *   assertEquals(expected, sum.read()[0], 1e-3f);
 * }
 * }</pre>
 *
 * <p>What fails names its schedule; {@code -Dnibble.ptx.schedule=adversarial:2} runs only that one, which does the same
 * again.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@TestTemplate
@ExtendWith(PtxExtension.class)
public @interface PtxTest {
  /** The PTX: a resource of the test's class path, or else a file. */
  String value();

  /** What to look for beside what is always found; everything unless stated. */
  Check[] checks() default {
    Check.MEMORY, Check.INIT, Check.RACE, Check.BARRIER, Check.ALIGNED, Check.EXECUTION
  };

  /** How many random and as many adversarial schedules there are beside round robin. */
  int schedules() default 2;

  /** Basic blocks that the warps of a thread block may execute before a kernel counts as endless. */
  long stepLimit() default 10_000_000;
}
