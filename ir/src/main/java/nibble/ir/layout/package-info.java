/**
 * The two axes of a precision type besides the number format: how elements share scales, and which elements are stored.
 * Both are open to plugins and independent of each other and of the format.
 */
package nibble.ir.layout;
