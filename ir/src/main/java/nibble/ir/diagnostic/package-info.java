/** What the user is told when input is wrong: cause, source excerpt with caret, hint; several at once. */
package nibble.ir.diagnostic;
