/**
 * The machine's number formats. They are written from the specifications and share nothing with the compiler's, so that
 * a mistake in one shows against the other.
 */
package nibble.emulator.format;
