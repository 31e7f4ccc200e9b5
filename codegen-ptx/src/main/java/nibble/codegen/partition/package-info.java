/**
 * From a function of tensor ops to a function of kernels: what depends on weights alone is split off to be computed
 * once, ops are brought to the few forms that kernels are made of, and each of them is given to one kernel.
 */
package nibble.codegen.partition;
