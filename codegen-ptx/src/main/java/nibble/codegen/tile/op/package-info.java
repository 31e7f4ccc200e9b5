/** The ops of Tile IR: one record in one file each, with its type rule and its meaning for one block of threads. */
package nibble.codegen.tile.op;
