/** Tensors as bytes: the layout in which elements and scales lie in device memory and in files. */
package nibble.engine.tensor;
