/**
 * Linear layouts: maps over F2 between the bits of register, lane and warp numbers, of memory offsets and of tensor
 * coordinates.
 *
 * <p>Layouts come from {@link nibble.codegen.layout.BlockedLayout}, {@link nibble.codegen.layout.MmaFragment},
 * {@link nibble.codegen.layout.LdmatrixFragment} and {@link nibble.codegen.layout.SharedLayout}, and are composed with
 * {@link nibble.codegen.layout.LinearLayout#times}. From two layouts are computed:
 *
 * <ul>
 *   <li>{@link nibble.codegen.layout.VectorAccess}: how wide loads and stores can be
 *   <li>{@link nibble.codegen.layout.BankConflicts}: how long shared memory is busy with an access
 *   <li>{@link nibble.codegen.layout.ChooseSwizzle}: where in shared memory elements should be
 *   <li>{@link nibble.codegen.layout.LdmatrixPlan}: whether {@code ldmatrix} can load a fragment, and from what
 *       addresses
 *   <li>{@link nibble.codegen.layout.PlanConversion}: how elements get from one distribution to another
 *   <li>{@link nibble.codegen.layout.AddressPlan}: what addresses share a register
 * </ul>
 *
 * <p>This package knows nothing of PTX text; {@link nibble.codegen.ptx.LayoutOps} makes code of what it computes.
 * {@code docs/linear-layouts.md} is the guided tour.
 */
package nibble.codegen.layout;
