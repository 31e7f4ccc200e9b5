/**
 * Kernels around an attention: its space of rows, keys and columns, the tiles that go through it, which of them are visited and
 * which keys are seen, the softmax that is kept up to date, scales of scores and of weights, and the way of warpgroups.
 * Operands, memory and elements are those of {@link nibble.codegen.kernel}, which knows nothing of attention.
 */
package nibble.codegen.kernel.attention;
