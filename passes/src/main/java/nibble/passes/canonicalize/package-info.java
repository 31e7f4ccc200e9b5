/**
 * The canonical form, one rewrite a file. Each rewrite is exact to the bit, for infinities, NaN and the sign of zero
 * too, in exact and in faithful interpretation; so {@code x * 0} stays what it is, and so does {@code x + 0}, which is
 * not {@code x} where {@code x} is -0.
 */
package nibble.passes.canonicalize;
