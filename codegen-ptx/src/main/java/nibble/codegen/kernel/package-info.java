/**
 * Kernel generators: from the region of a {@code kernel} operation to a program in Tile IR. A generator chooses tiles, layouts
 * and loops; what is computed for each element comes from the region itself, by way of {@link
 * nibble.codegen.kernel.ElementEmitter}, so fused work needs no generator of its own.
 */
package nibble.codegen.kernel;
