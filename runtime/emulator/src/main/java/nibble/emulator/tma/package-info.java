/**
 * Tensor maps, and copies of boxes of the tensors that they describe (PTX ISA 5.5, "Tensors"; CUDA driver API,
 * cuTensorMapEncodeTiled).
 */
package nibble.emulator.tma;
