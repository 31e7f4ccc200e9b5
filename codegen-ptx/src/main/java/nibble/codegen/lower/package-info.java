/**
 * From Tile IR to PTX. A tile becomes one operand for each element that a thread holds; what layouts say about
 * registers, lanes and warps decides which instructions move data.
 */
package nibble.codegen.lower;
