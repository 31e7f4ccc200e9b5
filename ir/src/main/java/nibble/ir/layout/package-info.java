/**
 * What a precision type has besides the number format: how elements share scales, by which rule a scale is found, how
 * scales are scaled themselves, and which elements are stored. Granularities, rules and sparse layouts are open to
 * plugins, and independent of each other and of the format.
 */
package nibble.ir.layout;
