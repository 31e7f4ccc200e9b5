package nibble.passes.attention.sparse;

import nibble.ir.Value;
import nibble.ir.op.Compare.Kind;

/**
 * Rows of each head in clusters that are alike, by k-means ("Sparse VideoGen2", section 4.1): rows belong to the nearest
 * centroid, of equals to the first; a centroid is the mean of its rows, or stays where it has none. It starts with rows at
 * even distances, so it gives the same each time.
 *
 * @param arithmetic appends ops
 * @param rows number of rows of a head
 * @param count number of clusters
 * @param block clusters are laid out in whole blocks of so many rows
 * @param labels {@code [.., N]}, i32
 * @param centroids {@code [.., C, D]}
 * @param sizes {@code [.., C]}, i32
 */
record Clusters(
    Arithmetic arithmetic, long rows, long count, long block, Value labels, Value centroids, Value sizes) {
  /** Clusters of {@code x}, {@code [.., N, D]}, after so many iterations. */
  static Clusters of(Arithmetic arithmetic, Value x, long count, long iterations, long block) {
    long rows = Arithmetic.shape(x).dim(-2).constant();
    Value first = arithmetic.mul(arithmetic.iota(count, -1), arithmetic.integer(rows / count));
    Value centroids = arithmetic.rows(x, first);
    for (long i = 0; i < iterations; i++) {
      Value members = members(arithmetic, labels(arithmetic, x, centroids), count);
      Value sizes = arithmetic.axis(arithmetic.sum(arithmetic.i32(members), -1), -1);
      Value sums = arithmetic.matmul(arithmetic.f32(members), x, false);
      Value isEmpty = arithmetic.compare(Kind.EQ, sizes, arithmetic.integer(0));
      Value divisors = arithmetic.f32(arithmetic.select(isEmpty, arithmetic.integer(1), sizes));
      centroids = arithmetic.select(isEmpty, centroids, arithmetic.div(sums, divisors));
    }
    Value labels = labels(arithmetic, x, centroids);
    Value sizes = arithmetic.sum(arithmetic.i32(members(arithmetic, labels, count)), -1);
    return new Clusters(arithmetic, rows, count, block, labels, centroids, sizes);
  }

  /** Which rows belong to each cluster, {@code [.., C, N]}. */
  private static Value members(Arithmetic arithmetic, Value labels, long count) {
    return arithmetic.compare(Kind.EQ, arithmetic.axis(labels, -2), arithmetic.iota(count, -2));
  }

  private static Value labels(Arithmetic arithmetic, Value x, Value centroids) {
    Value squares = arithmetic.axis(arithmetic.sum(arithmetic.mul(centroids, centroids), -1), -2);
    Value products = arithmetic.mul(arithmetic.matmul(x, centroids, true), arithmetic.real(2));
    // Seen through a view, distances lie in memory, so that the least of them is found again.
    Value distances = arithmetic.axis(arithmetic.sub(squares, products), -2);
    Value least = arithmetic.axis(arithmetic.min(distances, -1), -1);
    long count = Arithmetic.shape(centroids).dim(-2).constant();
    Value numbers = arithmetic.select(
        arithmetic.compare(Kind.EQ, distances, least), arithmetic.iota(count, -1), arithmetic.integer(count - 1));
    Value nearest = arithmetic.min(numbers, -1);
    return arithmetic.reshape(nearest, Arithmetic.shape(x).slice(0, Arithmetic.shape(x).rank() - 1));
  }

  /** Rows of the layout: each cluster has whole blocks, whatever the sizes are. */
  long laidOut() {
    long most = rows + count * (block - 1);
    return most / block * block;
  }

  long blocks() {
    return laidOut() / block;
  }

  /** Blocks of each cluster, {@code [.., C]}: as many as start before its last row. */
  private Value blocksOfClusters() {
    Value starts = arithmetic.mul(arithmetic.iota(Math.ceilDiv(rows, block), -1), arithmetic.integer(block));
    return arithmetic.sum(arithmetic.i32(arithmetic.compare(Kind.LT, starts, arithmetic.axis(sizes, -1))), -1);
  }

  /** Blocks of clusters before each, or up to it, {@code [.., C]}. */
  private Value blocksBefore(Kind kind) {
    Value counts = arithmetic.compare(kind, arithmetic.iota(count, -1), arithmetic.iota(count, -2));
    return arithmetic.sum(
        arithmetic.select(counts, arithmetic.axis(blocksOfClusters(), -2), arithmetic.integer(0)), -1);
  }

  /** Whether a block is of a cluster, {@code [.., M, C]}. */
  Value blocksByCluster() {
    Value number = arithmetic.iota(blocks(), -2);
    return arithmetic.and(
        arithmetic.compare(Kind.LE, arithmetic.axis(blocksBefore(Kind.LT), -2), number),
        arithmetic.compare(Kind.GT, arithmetic.axis(blocksBefore(Kind.LE), -2), number));
  }

  /** Where each row is in the layout, {@code [.., N]}: behind the rows of its cluster that come before it. */
  Value places() {
    Value own = arithmetic.axis(labels, -1);
    Value starts = arithmetic.sum(arithmetic.select(
        arithmetic.compare(Kind.EQ, own, arithmetic.iota(count, -1)),
        arithmetic.axis(blocksBefore(Kind.LT), -2), arithmetic.integer(0)), -1);
    Value isBefore = arithmetic.and(
        arithmetic.compare(Kind.EQ, arithmetic.axis(labels, -2), own),
        arithmetic.compare(Kind.LT, arithmetic.iota(rows, -1), arithmetic.iota(rows, -2)));
    return arithmetic.add(
        arithmetic.mul(starts, arithmetic.integer(block)), arithmetic.sum(arithmetic.i32(isBefore), -1));
  }

  /** The row at each place of the layout, {@code [.., L]}; the first one where there is none. */
  Value sources(Value places) {
    return arithmetic.sum(
        arithmetic.select(isAt(places), arithmetic.iota(rows, -1), arithmetic.integer(0)), -1);
  }

  /** Whether there is a row at a place of the layout, {@code [.., L]}. */
  Value isFilled(Value places) {
    return arithmetic.compare(
        Kind.GT, arithmetic.sum(arithmetic.i32(isAt(places)), -1), arithmetic.integer(0));
  }

  private Value isAt(Value places) {
    return arithmetic.compare(Kind.EQ, arithmetic.axis(places, -2), arithmetic.iota(laidOut(), -2));
  }
}
