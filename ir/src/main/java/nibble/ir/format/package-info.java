/**
 * Number formats: what codes of so many bits mean, and how a real number is rounded to one.
 *
 * <p>Floats up to 32 bits and integers are exact in a double, which is what codes decode to. Beyond the range f64, f32,
 * f16 and bf16 have infinities, FP8 saturates (as PTX {@code cvt.satfinite} does) and keeps NaN, FP6 and FP4 saturate
 * and turn NaN into the largest value; NaN encodes as the canonical code, all ones. Integers saturate when a number is
 * encoded, NaN is 0, and wrap when they are computed with.
 *
 * <p>A {@link nibble.ir.format.Rounding} rounds one number; a {@link nibble.ir.format.RoundingMode} says how each
 * element of a tensor is rounded.
 */
package nibble.ir.format;
