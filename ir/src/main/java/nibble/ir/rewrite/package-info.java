/** Local rewrites and the driver that applies them until none fires. */
package nibble.ir.rewrite;
