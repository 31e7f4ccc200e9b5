/** Which precisions have kernels on which targets: asked of the compiler itself, by compiling one program for each. */
package nibble.codegen.matrix;
