/**
 * Index arithmetic: offsets of elements as functions of the variables that a kernel iterates over, in a normal form
 * that undoes reshapes, and what can be proven about them: ranges, divisors, and which accesses may be vectors.
 */
package nibble.codegen.index;
