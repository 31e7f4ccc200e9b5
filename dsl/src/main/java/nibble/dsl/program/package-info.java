/** The files of one compilation and which of them sees which. */
package nibble.dsl.program;
