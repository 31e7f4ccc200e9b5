/**
 * What products would take, by counts and data sheets: <em>modelled</em> times, which decide whether pruning pays.
 * Nothing here was measured; {@code docs/sparsity.md} compares the model with what others have published.
 */
package nibble.codegen.cost;
