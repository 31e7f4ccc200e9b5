/**
 * NVIDIA's assemblers as judges of what we emit: the compiler library that comes with JCuda, and {@code ptxas}. {@link
 * nibble.codegen.assemble.AssemblerChoice} asks the first that is new enough, or says why none can tell.
 */
package nibble.codegen.assemble;
