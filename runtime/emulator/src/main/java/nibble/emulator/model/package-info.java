/** PTX as data: what the text says, as immutable records, before names are resolved and instructions looked up. */
package nibble.emulator.model;
