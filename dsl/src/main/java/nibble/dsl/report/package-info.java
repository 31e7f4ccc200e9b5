/** Collects what is to be said to the user. */
package nibble.dsl.report;
