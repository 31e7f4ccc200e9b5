/**
 * What tile programs ask of a multiprocessor, counted op by op, and the <em>modelled</em> time that follows from it by
 * data sheets. Nothing here was measured.
 */
package nibble.codegen.work;
