/** The PTX machine. */
package nibble.emulator;
