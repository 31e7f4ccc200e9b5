/**
 * Kernel generators: from the region of a {@code kernel} operation to a program in Tile IR. A generator chooses tiles, layouts
 * and loops; what is computed for each element comes from the region itself, by way of {@link
 * nibble.codegen.kernel.ElementEmitter}, so fused work needs no generator of its own.
 *
 * <p>Here is what all of them are made of: grids, elements, memory, buffers. The packages below hold the generators, one for each
 * way to go through a tensor: {@code sweep}, {@code product}, {@code attention}, {@code selection}; none knows another. {@code
 * operand} is what products and attentions share.
 */
package nibble.codegen.kernel;
