/**
 * The IR framework that Tensor IR and Tile IR share: modules of functions of blocks of operations in SSA form.
 * Everything here is immutable; a pass is a function from module to module.
 */
package nibble.ir;
