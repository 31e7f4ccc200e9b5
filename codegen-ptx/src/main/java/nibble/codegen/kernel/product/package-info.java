/**
 * Kernels around a matrix product: its coordinates, the choice of instructions and tiles, its main loop with the scales, second
 * levels and member tables of its operands, compressed weights, and its epilogue.
 */
package nibble.codegen.kernel.product;
