/** Number formats: what codes of so many bits mean, and how a real number is rounded to one. */
package nibble.ir.format;
