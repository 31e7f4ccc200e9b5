/**
 * The IR framework that Tensor IR and Tile IR share: modules of functions of blocks of operations in SSA form.
 * Everything here is immutable; a pass is a function from module to module.
 *
 * <p>An {@link nibble.ir.Op} is a record, a {@link nibble.ir.Value} a name with a type, a {@link nibble.ir.Dialect} a
 * set of ops, formats, layouts and types, and a {@link nibble.ir.Registry} the dialects that a text may name.
 * {@link nibble.ir.Catalog} lists what a registry has.
 */
package nibble.ir;
