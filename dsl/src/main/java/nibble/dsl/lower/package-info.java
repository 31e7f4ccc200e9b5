/**
 * From the syntax tree to IR. Blocks and functions are inlined where they are used, so every size is known or a
 * symbol of the model when a type is checked; checking and lowering are one walk. What fails becomes {@link
 * nibble.dsl.lower.Operand.Failed}, which is accepted everywhere in silence, so one mistake gives one message.
 */
package nibble.dsl.lower;
