package nibble.passes;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Name and documentation of a pass; the pipeline text, {@code nibble passes} and the pages of {@code docs/passes}
 * follow it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface PassInfo {
  /** As written in pipeline text: lower case, words joined by dashes. */
  String name();

  /** What it does, in one sentence without a full stop. */
  String summary();

  /** What it does to the numbers. */
  NumericEffect.Kind effect();

  /** Finds the annotation of a pass. */
  final class Reader {
    private Reader() {}

    /** The annotation of a class; its absence is a bug of whoever wrote the pass. */
    public static PassInfo of(Class<? extends Pass> type) {
      PassInfo info = type.getAnnotation(PassInfo.class);
      if (info == null) {
        throw new IllegalArgumentException("the pass " + type.getName() + " lacks @PassInfo");
      }
      return info;
    }
  }
}
