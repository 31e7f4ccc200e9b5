/** The PTX machine as a library in three types: a module, its kernels, and buffers of Java arrays. */
package nibble.emulator.library;
