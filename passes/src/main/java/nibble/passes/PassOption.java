package nibble.passes;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Documentation and default of an option, on the record component that holds it. The option has the component's name,
 * in words joined by dashes. Optionals and lists are empty unless given; any other component without a default must be
 * given. A component that is a map takes every option that has no component of its own: {@code specialize{B=8,S=32}}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface PassOption {
  /** What it says, in one sentence without a full stop. */
  String value();

  /** The value, as text, of an option that is not given; empty where it must be given. */
  String otherwise() default "";
}
