/** The matrix of precisions and kernels, proven. */
package nibble.engine.matrix;
