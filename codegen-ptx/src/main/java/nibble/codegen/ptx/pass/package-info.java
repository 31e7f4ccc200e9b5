/**
 * Passes on kernels: each a record, linear in the length of the kernel, sound for registers that are set more than
 * once, under guards and in loops. They clean up after generators that write index arithmetic without care; the
 * assembler does the heavy work.
 */
package nibble.codegen.ptx.pass;
