package nibble.passes.precision;

import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.eval.MatrixProduct;
import nibble.ir.eval.Tensor;
import nibble.ir.sparsity.Saliency;
import nibble.passes.PassContext;

/**
 * How much weights of products count.
 *
 * @param saliency what makes them count
 * @param reader of products
 * @param context has the weights
 * @param seen activations on the sample inputs, where the saliency asks for them
 */
record ProductScores(
    Saliency saliency, WeightProduct.Reader reader, PassContext context, Optional<ObservedValues> seen) {
  /** Scores of the weight of a product, a row for each output channel. */
  double[] ofChannels(Operation operation) {
    WeightProduct product = reader.read(operation);
    Tensor weight = context.environment().weights()
        .flatMap(source -> new ConstantValues(reader.definitions()).tensor(product.right().stored(), source))
        .orElseThrow(() -> context.lacksWeights("to choose by"));
    int depth = weight.extents()[product.rightInner()];
    double[] rows = product.rightInner() == 1
        ? weight.values() : MatrixProduct.transpose(weight.values(), 0, depth, weight.extents()[1]);
    double[] norms = seen
        .map(values -> ChannelNorms.of(values.of(product.left().stored()).orElseThrow())).orElse(null);
    return saliency.scores(rows, depth, norms);
  }
}
