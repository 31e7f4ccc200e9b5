/** Passes that change how numbers are represented, and those that bring the result into the form that backends take. */
package nibble.passes.precision;
