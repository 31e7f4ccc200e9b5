package nibble.passes.attention.sparse;

import java.util.function.UnaryOperator;
import nibble.ir.Value;
import nibble.ir.op.Compare.Kind;

/**
 * Rows of each head in clusters that are alike, by k-means ("Sparse VideoGen2", section 4.1): rows belong to the
 * nearest centroid, of equals to the first; a centroid is the mean of its rows, or stays where it has none. It starts
 * with rows at even distances, so it gives the same each time.
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

  /** Where rows are in the layout. */
  Layout layout() {
    return new Layout(this);
  }

  /** The first place of each cluster, {@code [.., C]}. */
  private Value starts() {
    return arithmetic.mul(blocksBefore(Kind.LT), arithmetic.integer(block));
  }

  /**
   * Places of rows in the layout: behind the rows of their cluster that come before them. Rows are counted by chunks of
   * about as many as there are chunks, so that no row is compared with all others.
   */
  static final class Layout {
    private final Clusters clusters;
    private final Arithmetic arithmetic;
    private final long chunk;
    private final long chunks;
    /** Labels, counted from 1, {@code [.., n, b]}; 0 where the last chunk has no row. */
    private final Value labels;
    /** The first place of each cluster and chunk, and how many rows it has, {@code [.., C, n]}. */
    private final Value first;
    private final Value counts;
    /** Places, {@code [.., n, b]}; -1 where there is no row. */
    private final Value places;

    private Layout(Clusters clusters) {
      this.clusters = clusters;
      this.arithmetic = clusters.arithmetic;
      this.chunk = (long) Math.ceil(Math.sqrt(clusters.rows));
      this.chunks = Math.ceilDiv(clusters.rows, chunk);
      Value padded = arithmetic.pad(
          arithmetic.add(clusters.labels, arithmetic.integer(1)), -1, chunk * chunks);
      this.labels = arithmetic.last(padded, 1, chunks, chunk);
      Value isMember = arithmetic.compare(Kind.EQ, arithmetic.axis(labels, -2), numbers(-2));
      this.counts = arithmetic.transpose(arithmetic.sum(arithmetic.i32(isMember), -1));
      Value isBefore = arithmetic.compare(Kind.LT, arithmetic.iota(chunks, -1), arithmetic.iota(chunks, -2));
      Value before = arithmetic.sum(
          arithmetic.select(isBefore, arithmetic.axis(counts, -2), arithmetic.integer(0)), -1);
      this.first = arithmetic.add(arithmetic.axis(clusters.starts(), -1), before);
      this.places = places();
    }

    /** Labels as they are counted here. */
    private Value numbers(int axis) {
      return arithmetic.add(arithmetic.iota(clusters.count, axis), arithmetic.integer(1));
    }

    private Value places() {
      Value own = arithmetic.axis(labels, -1);
      Value ofChunk = arithmetic.sum(arithmetic.select(
          arithmetic.compare(Kind.EQ, own, numbers(-1)), arithmetic.axis(arithmetic.transpose(first), -2),
          arithmetic.integer(0)), -1);
      Value isBefore = arithmetic.and(
          arithmetic.compare(Kind.EQ, arithmetic.axis(labels, -2), own),
          arithmetic.compare(Kind.LT, arithmetic.iota(chunk, -1), arithmetic.iota(chunk, -2)));
      Value inside = arithmetic.sum(arithmetic.i32(isBefore), -1);
      return arithmetic.select(
          arithmetic.compare(Kind.EQ, labels, arithmetic.integer(0)), arithmetic.integer(-1),
          arithmetic.add(ofChunk, inside));
    }

    /** The place of each row, {@code [.., N]}. */
    Value ofRows() {
      return arithmetic.cut(arithmetic.last(places, 2, chunk * chunks), -1, clusters.rows);
    }

    /** The chunk that a place's row is in, if any, {@code [.., L]}: chunks before it end at that place or before. */
    private Value chunkOfPlaces() {
      Value ends = arithmetic.axis(arithmetic.transpose(arithmetic.add(first, counts)), -3);
      Value ofBlocks = arithmetic.sum(arithmetic.select(
          arithmetic.axis(clusters.blocksByCluster(), -2), ends, arithmetic.integer(0)), -1);
      Value place = arithmetic.add(
          arithmetic.mul(arithmetic.iota(clusters.blocks(), -3), arithmetic.integer(clusters.block)),
          arithmetic.iota(clusters.block, -2));
      Value isBefore = arithmetic.compare(Kind.LE, arithmetic.axis(ofBlocks, -2), place);
      Value number = arithmetic.last(arithmetic.sum(arithmetic.i32(isBefore), -1), 2, clusters.laidOut());
      return arithmetic.minimum(number, arithmetic.integer(chunks - 1));
    }

    /** The row at each place, {@code [.., L]}: 0 where there is none. */
    Value rows() {
      Value chunkNumber = chunkOfPlaces();
      Value inside = ofPlaces(chunkNumber, isAt -> arithmetic.select(
          isAt, arithmetic.add(arithmetic.iota(chunk, -1), arithmetic.integer(1)), arithmetic.integer(0)));
      Value row = arithmetic.add(
          arithmetic.mul(chunkNumber, arithmetic.integer(chunk)), arithmetic.sub(inside, arithmetic.integer(1)));
      return arithmetic.select(
          arithmetic.compare(Kind.EQ, inside, arithmetic.integer(0)), arithmetic.integer(0), row);
    }

    /** Whether there is a row at a place, {@code [.., L]}. */
    Value isFilled() {
      return arithmetic.compare(
          Kind.GT, ofPlaces(chunkOfPlaces(), arithmetic::i32), arithmetic.integer(0));
    }

    /** The sum over the rows of a place's chunk of what depends on whether they are at that place. */
    private Value ofPlaces(Value chunkNumber, UnaryOperator<Value> ofRow) {
      Value rows = arithmetic.rowsByHead(places, chunkNumber);
      Value isAt = arithmetic.compare(Kind.EQ, rows, arithmetic.iota(clusters.laidOut(), -2));
      return arithmetic.reshape(arithmetic.sum(ofRow.apply(isAt), -1), Arithmetic.shape(chunkNumber));
    }
  }
}
