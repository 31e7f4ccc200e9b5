/**
 * Holds passes to what they declare about the numbers: the program before and after a pass is interpreted on the same
 * inputs, and the results are compared with a bound that is computed for each element, not chosen.
 */
package nibble.passes.validate;
