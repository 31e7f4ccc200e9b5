/** NVIDIA GPUs through the CUDA driver, called through JCuda. Nothing else of Nibble knows JCuda's types. */
package nibble.engine.device.cuda;
