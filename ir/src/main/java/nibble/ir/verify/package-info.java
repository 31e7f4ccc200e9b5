/** What must be true of every module, whatever pass made it. */
package nibble.ir.verify;
