/** The tensor language: text in, module and recipes out. {@link nibble.dsl.Nib} is the way in. */
package nibble.dsl;
