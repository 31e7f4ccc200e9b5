/**
 * Tile IR: programs for one block of threads over tiles. A tile is a small array whose elements are spread over
 * registers, lanes and warps by a linear layout; shared memory holds tiles under a layout of its own. It is a dialect
 * of the same IR framework as Tensor IR, so it prints, parses and verifies alike, and {@link
 * nibble.codegen.tile.TileInterpreter} runs it.
 */
package nibble.codegen.tile;
