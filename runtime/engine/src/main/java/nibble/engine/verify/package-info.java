/**
 * Proof that kernels compute what the IR says, within error bounds that are computed and not tuned, and the account of
 * what precision cost.
 */
package nibble.engine.verify;
