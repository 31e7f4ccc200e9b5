/**
 * The instruction table. Its rows are the resource files {@code *.forms} beside this package; a row names the form, its
 * operands, where it is legal, how exact it is and the helper that executes it. Nothing else in the machine lists
 * instructions.
 */
package nibble.emulator.table;
