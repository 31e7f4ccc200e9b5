/** What sample inputs say about the weights that they are multiplied with. */
package nibble.ir.calibration;
