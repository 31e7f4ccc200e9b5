/** Text as tensors: tokenizers. */
package nibble.engine.text;
