/**
 * Choices of what to keep that a layout by itself does not make: masks that fit a matrix and its transpose, and random
 * ones whose mean is the dense matrix.
 */
package nibble.ir.sparsity;
