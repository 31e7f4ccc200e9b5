package nibble.dsl.lower;

/** A function of the language that is more than an op with its operands and attributes. */
@FunctionalInterface
interface Builtin {
  Operand call(CallSite site);
}
