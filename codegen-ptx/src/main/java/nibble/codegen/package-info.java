/**
 * The PTX backend. {@link nibble.codegen.layout} says who holds what, {@link nibble.codegen.ptx} writes instructions,
 * {@link nibble.codegen.target} knows the hardware, {@link nibble.codegen.assemble} has NVIDIA's assemblers judge the
 * result.
 */
package nibble.codegen;
