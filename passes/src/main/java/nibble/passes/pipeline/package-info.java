/**
 * Pipeline text and the records behind it: {@code parse(print(p))} is {@code p}.
 *
 * <pre>
 * pipeline := [pass (',' pass)*]
 * pass     := name ['{' [option (',' option)*] '}']
 * option   := name '=' value
 * value    := '"' characters '"' | characters with balanced brackets, up to a ',' or '}' outside of them
 * </pre>
 */
package nibble.passes.pipeline;
