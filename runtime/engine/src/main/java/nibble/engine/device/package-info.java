/**
 * Devices that run kernels: what a CUDA GPU and the PTX machine have in common, and everything that can be built on
 * that alone (memory pool, sharing by liveness, staged copies, the choice of a device).
 */
package nibble.engine.device;
