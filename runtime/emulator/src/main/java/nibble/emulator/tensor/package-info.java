/**
 * What tensor cores do: which lane holds which element, and how products are summed, by generation. The plain forms say
 * what is meant; the quick ones give the same bits.
 */
package nibble.emulator.tensor;
