package nibble.ir;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Name and documentation of an op; the printer, the parser and {@code nibble ops} read it. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface OpInfo {
  /** As written in the text form: {@code matmul}, {@code reduce_sum}. */
  String name();

  /** What it computes, in one sentence. */
  String summary();

  /** Where rounding happens in faithful interpretation and in kernels, in one sentence. */
  String rounding() default "exact";
}
