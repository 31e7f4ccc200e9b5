/**
 * Kernels that select: the elements of a group that stay, with the metadata that says which, and the tokens that belong to an
 * expert.
 */
package nibble.codegen.kernel.selection;
