package nibble.codegen.assemble;

/**
 * What a kernel needs, as the assembler says.
 *
 * @param kernel its name
 * @param registers 32-bit registers of a thread
 * @param stackBytes local memory of a thread
 * @param spillStoreBytes bytes stored to local memory for want of registers
 * @param spillLoadBytes bytes loaded back
 * @param staticSharedBytes static shared memory of a block
 */
public record KernelResources(
    String kernel, int registers, int stackBytes, int spillStoreBytes, int spillLoadBytes, int staticSharedBytes) {
  public int spillBytes() {
    return spillStoreBytes + spillLoadBytes;
  }
}
