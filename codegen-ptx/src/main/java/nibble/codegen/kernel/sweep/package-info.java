/**
 * Kernels that go over all elements of their results, and reduce along one axis, with no matrix product: what any region can
 * be lowered to.
 */
package nibble.codegen.kernel.sweep;
