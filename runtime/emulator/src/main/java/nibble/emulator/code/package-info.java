/**
 * What PTX is lowered to: basic blocks of steps, each a call of a warp-wide helper, over numbered registers. Both
 * tiers, the interpreter and the bytecode compiler, execute this and nothing else.
 */
package nibble.emulator.code;
