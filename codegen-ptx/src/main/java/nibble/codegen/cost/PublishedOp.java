package nibble.codegen.cost;

import java.util.List;
import java.util.stream.Stream;
import nibble.codegen.work.ModelledTime;
import nibble.codegen.work.WorkModel;
import nibble.ir.layout.SparseLayout;

/**
 * What was measured of which somebody has published a ratio: a product, or a feed-forward layer of two, whose other
 * work is passes over device memory. Elements have two bytes in these.
 */
enum PublishedOp {
  /** A product alone. */
  PRODUCT {
    @Override
    SparsityVerdict modelled(ProductModel model, ProductShape shape, SparseLayout layout) {
      return SparsityVerdict.of(model, shape, layout);
    }
  },
  /** Two products with an activation function between: it reads and writes the hidden channels once. */
  FEED_FORWARD {
    @Override
    SparsityVerdict modelled(ProductModel model, ProductShape shape, SparseLayout layout) {
      return sum(model, layout, 2 * hidden(shape), 2 * hidden(shape), Stream.of(up(shape), down(shape)));
    }
  },
  /**
   * The same forward and backward, as "Accelerating Transformer Pre-training with 2:4 Sparsity" has it: each product
   * once more for the gradient of its input, with the transposed sparse weight, and once for that of its weight, with
   * the gradient of its output pruned and compressed. The activation function reads and writes the hidden channels, and
   * backward reads two such tensors and writes one. Sparse products cost besides: gradients of outputs are read and
   * written compressed, once in each backward pass; each weight is read with its mask and written compressed in both
   * orders.
   */
  FEED_FORWARD_TRAINING {
    @Override
    SparsityVerdict modelled(ProductModel model, ProductShape shape, SparseLayout layout) {
      double activation = 5 * hidden(shape);
      double gradients = (1 + COMPRESSED) * (hidden(shape) + (double) shape.rows() * shape.depth());
      double weights = 2 * (2 + 2 * COMPRESSED) * shape.columns() * (double) shape.depth();
      return sum(
          model, layout, activation, activation + gradients + weights,
          Stream.of(
              up(shape), down(shape), down(shape), up(shape),
              new ProductShape(shape.depth(), shape.columns(), shape.rows()),
              new ProductShape(shape.columns(), shape.depth(), shape.rows())));
    }
  };

  /** Of 2:4 with elements of 16 bits: half of the elements, and an eighth of their bits as metadata. */
  private static final double COMPRESSED = 0.5 * 9 / 8;

  /** What the model says. */
  abstract SparsityVerdict modelled(ProductModel model, ProductShape shape, SparseLayout layout);

  /** Elements between the products. */
  private static double hidden(ProductShape shape) {
    return shape.rows() * (double) shape.columns();
  }

  private static ProductShape up(ProductShape shape) {
    return shape;
  }

  private static ProductShape down(ProductShape shape) {
    return new ProductShape(shape.rows(), shape.depth(), shape.columns());
  }

  private static SparsityVerdict sum(
      ProductModel model, SparseLayout layout, double dense, double sparse, Stream<ProductShape> products) {
    List<SparsityVerdict> verdicts = products.map(shape -> SparsityVerdict.of(model, shape, layout)).toList();
    WorkModel work = new WorkModel(model.target());
    ModelledTime denseTime =
        verdicts.stream().map(SparsityVerdict::dense).reduce(work.pass(Short.BYTES * dense), ModelledTime::plus);
    ModelledTime sparseTime =
        verdicts.stream().map(SparsityVerdict::sparse).reduce(work.pass(Short.BYTES * sparse), ModelledTime::plus);
    return new SparsityVerdict(
        denseTime, sparseTime, verdicts.stream().flatMap(verdict -> verdict.obstacle().stream()).findFirst());
  }
}
