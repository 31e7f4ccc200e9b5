package nibble.codegen.layout;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A space of bit vectors, closed under exclusive or, given by a basis in echelon form: the vectors descend and no two
 * have the same highest bit.
 *
 * @param basis the basis, the largest vector first
 */
public record Subspace(ImmutableList<Long> basis) {
  /** The space of the zero vector alone. */
  public static final Subspace ZERO = new Subspace(ImmutableList.of());

  /** The space that the vectors span. */
  public static Subspace span(Iterable<Long> vectors) {
    return ZERO.plus(vectors);
  }

  public int dimension() {
    return basis.size();
  }

  /** Whether the vector is in this space. */
  public boolean contains(long vector) {
    return reduce(vector) == 0;
  }

  /** The smallest of the vectors that differ from the given one by a vector of this space. */
  public long reduce(long vector) {
    for (long element : basis) {
      vector = Math.min(vector, vector ^ element);
    }
    return vector;
  }

  /** The space that this one and the vector span. */
  public Subspace plus(long vector) {
    long rest = reduce(vector);
    if (rest == 0) {
      return this;
    }
    ImmutableList.Builder<Long> larger = ImmutableList.builder();
    boolean placed = false;
    for (long element : basis) {
      if (!placed && rest > element) {
        larger.add(rest);
        placed = true;
      }
      larger.add(element);
    }
    return new Subspace((placed ? larger : larger.add(rest)).build());
  }

  /** The space that this one and the vectors span. */
  public Subspace plus(Iterable<Long> vectors) {
    Subspace sum = this;
    for (long vector : vectors) {
      sum = sum.plus(vector);
    }
    return sum;
  }

  /** The vectors that are in both spaces. */
  public Subspace intersect(Subspace other) {
    long[] both = Stream.concat(basis.stream(), other.basis.stream()).mapToLong(Long::longValue).toArray();
    F2Matrix own = F2Matrix.ofColumns(F2Matrix.MAX_BITS, Arrays.copyOf(both, dimension()));
    long ownColumns = (1L << dimension()) - 1;
    return span(F2Matrix.ofColumns(F2Matrix.MAX_BITS, both).kernel().stream()
        .map(sum -> own.multiply(sum & ownColumns)).toList());
  }
}
