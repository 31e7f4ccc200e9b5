/** The {@code nibble} command: one class per verb. */
package nibble.cli;
