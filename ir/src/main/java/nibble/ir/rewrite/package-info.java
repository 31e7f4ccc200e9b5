/**
 * Local rewrites and the driver that applies them until none fires. A rewrite sees one operation, may ask for the
 * definitions and uses of values, and answers with values to use instead.
 */
package nibble.ir.rewrite;
