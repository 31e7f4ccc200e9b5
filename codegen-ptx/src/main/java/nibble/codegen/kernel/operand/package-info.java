/**
 * Operands of matrix instructions: the formats and tiles in which they are multiplied, and how they and their scales come from
 * global memory, by way of shared memory, to registers or to the instructions themselves. Whether a product asks or an
 * attention is not known here.
 */
package nibble.codegen.kernel.operand;
