/** From PTX text to {@link nibble.emulator.model}: an ANTLR grammar of the whole syntax and the builders behind it. */
package nibble.emulator.parse;
