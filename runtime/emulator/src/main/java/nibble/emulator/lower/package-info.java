/**
 * From {@link nibble.emulator.model} to {@link nibble.emulator.code}: names are resolved, instructions looked up in the
 * table and turned into calls of helpers, bodies cut into blocks, registers numbered, variables placed.
 */
package nibble.emulator.lower;
