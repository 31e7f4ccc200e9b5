package nibble.codegen.layout;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Finds where in shared memory the elements of a tile should be, so that given accesses do not conflict.
 *
 * <p>The offset has three parts: which byte of a vector, which bank, and which row of 128 bytes. Two words of a pass
 * conflict when they differ in the row alone, so a layout is free of conflicts when no pass touches two elements whose
 * difference is in the space that the row bits span. The search is for a basis of that space: as many vectors as there
 * are row bits, none of them, nor any sum of them, in the footprint of a pass. For two footprints (one that writes and
 * one that reads) of 128 bytes it always exists, because two proper subspaces never cover a space; for more, and where
 * there is none, the fewest accesses are hurt. Vectors with few bits are tried first, so plain row-major order is the
 * result wherever that does, and else the familiar exclusive or of chunk and row numbers.
 */
public final class ChooseSwizzle {
  private static final int ROW_BYTES = 128;
  private static final int WORD_BYTES = 4;
  private static final int MAX_TENSOR_BITS = 20;

  private final List<SharedAccess> accesses;
  private final ImmutableList<Dimension> tensor;
  private final int elementBits;
  private final int tensorBits;
  private final ImmutableList<Long> vector;
  private final ImmutableList<Long> starts;

  private ChooseSwizzle(List<SharedAccess> accesses) {
    checkArgument(!accesses.isEmpty(), "no accesses");
    this.accesses = accesses;
    tensor = accesses.getFirst().tensor();
    elementBits = accesses.getFirst().elementBits();
    tensorBits = DimensionList.bits(tensor);
    checkArgument(tensorBits <= MAX_TENSOR_BITS, "a tile of 2^%s elements", tensorBits);
    vector = accesses.stream().map(SharedAccess::vector).max(Comparator.comparingInt(List::size)).orElseThrow();
    for (SharedAccess access : accesses) {
      checkArgument(
          access.tensor().equals(tensor) && access.elementBits() == elementBits, "accesses to different tiles");
      checkArgument(
          vector.subList(0, access.vector().size()).equals(access.vector()),
          "vectors run along different elements: %s and %s", vector, access.vector());
    }
    starts = chooseStarts();
  }

  /**
   * A layout of the tile that the accesses touch, free of conflicts wherever one exists.
   *
   * @param accesses the accesses, of the same tile; their vectors must run along the same elements, though they may
   *     differ in length
   */
  public static SharedLayout forAccesses(SharedAccess... accesses) {
    return new ChooseSwizzle(List.of(accesses)).choose();
  }

  private SharedLayout choose() {
    List<Long> word = chooseWord();
    int bitsInRow = Math.min(tensorBits, Integer.numberOfTrailingZeros(ROW_BYTES * 8 / elementBits));
    List<Long> rows = chooseRows(Subspace.span(word), tensorBits - bitsInRow);
    List<Long> offsets = new ArrayList<>(word);
    addIndependent(offsets, Subspace.span(word).plus(rows), starts);
    offsets.addAll(rows);
    F2Matrix matrix = F2Matrix.ofColumns(tensorBits, offsets.stream().mapToLong(Long::longValue).toArray());
    Dimension offset = new Dimension(Dimension.OFFSET, tensorBits);
    return new SharedLayout(new LinearLayout(ImmutableList.of(offset), tensor, matrix), elementBits);
  }

  /**
   * A basis of the elements at which vectors start, in row-major order where it can be. The offset bits above the
   * vector are made of these alone, so that vectors are aligned.
   */
  private ImmutableList<Long> chooseStarts() {
    Subspace space = Subspace.ZERO;
    for (SharedAccess access : accesses) {
      Subspace longer = Subspace.span(vector.subList(access.vector().size(), vector.size()));
      space = space.plus(access.starts().stream().filter(start -> !longer.contains(start)).toList());
    }
    checkArgument(
        space.intersect(Subspace.span(vector)).dimension() == 0, "vectors of %s would not be aligned", vector);
    List<Long> completion = new ArrayList<>();
    addIndependent(completion, space.plus(vector), units());
    Subspace complete = space.plus(completion);
    List<Long> basis = new ArrayList<>(units().stream().filter(complete::contains).toList());
    addIndependent(basis, Subspace.span(basis), complete.basis().reverse());
    return ImmutableList.copyOf(basis);
  }

  /**
   * The vector, made up to a bank's word where it is narrower: first with elements that all passes touch, as lanes that
   * read the same word do not conflict.
   */
  private List<Long> chooseWord() {
    int wordBits = Math.min(tensorBits, Integer.numberOfTrailingZeros(Math.max(1, WORD_BYTES * 8 / elementBits)));
    Subspace common = accesses.stream().map(SharedAccess::footprint).reduce(Subspace::intersect).orElseThrow();
    List<Long> preferred = new ArrayList<>(common.intersect(Subspace.span(starts)).basis().reverse());
    preferred.addAll(starts);
    List<Long> word = new ArrayList<>(vector);
    addIndependent(word, Subspace.span(vector), preferred);
    return word.subList(0, Math.max(vector.size(), wordBits));
  }

  private List<Long> chooseRows(Subspace word, int count) {
    List<Subspace> forbidden = new ArrayList<>();
    accesses.forEach(access -> forbidden.add(access.footprint().plus(word.basis())));
    Subspace chosen = word;
    List<Long> rows = new ArrayList<>();
    while (rows.size() < count) {
      long best = leastHarmful(chosen, forbidden);
      rows.add(best);
      chosen = chosen.plus(best);
      forbidden.replaceAll(space -> space.plus(best));
    }
    rows.sort(Comparator.comparingInt(this::highestUnit));
    return rows;
  }

  /** The vector outside of {@code taken} that hurts least: of fewest bits, and of these with the highest rows. */
  private long leastHarmful(Subspace taken, List<Subspace> forbidden) {
    ImmutableList<Long> descending = starts.reverse();
    long best = 0;
    long least = Long.MAX_VALUE;
    for (int bits = 1; bits <= descending.size() && least > 0; bits++) {
      long end = 1L << descending.size();
      for (long choice = (1L << bits) - 1; choice < end && least > 0; choice = nextOfSameBits(choice)) {
        long candidate = sum(descending, choice);
        long harm = taken.contains(candidate) ? Long.MAX_VALUE : harm(candidate, forbidden);
        if (harm < least) {
          least = harm;
          best = candidate;
        }
      }
    }
    return best;
  }

  /** The passes that the vector as a row bit makes longer; 0 where it hurts no access. */
  private long harm(long candidate, List<Subspace> forbidden) {
    long harm = 0;
    for (int i = 0; i < accesses.size(); i++) {
      harm += forbidden.get(i).contains(candidate) ? accesses.get(i).passes() : 0;
    }
    return harm;
  }

  /** The next larger number with as many one bits. */
  private static long nextOfSameBits(long choice) {
    long low = Long.lowestOneBit(choice);
    long ripple = choice + low;
    return ripple | (choice ^ ripple) / low >> 2;
  }

  private static long sum(List<Long> vectors, long choice) {
    long sum = 0;
    for (long rest = choice; rest != 0; rest &= rest - 1) {
      sum ^= vectors.get(Long.numberOfTrailingZeros(rest));
    }
    return sum;
  }

  /** Adds those of the candidates that are no sums of {@code present} and of those added before. */
  private static void addIndependent(List<Long> list, Subspace present, List<Long> candidates) {
    for (long candidate : candidates) {
      if (!present.contains(candidate)) {
        present = present.plus(candidate);
        list.add(candidate);
      }
    }
  }

  /** The packed unit vectors of the tile in row-major order, the last dimension fastest. */
  private ImmutableList<Long> units() {
    ImmutableList.Builder<Long> units = ImmutableList.builder();
    int end = tensorBits;
    for (Dimension dimension : tensor.reverse()) {
      end -= dimension.bits();
      for (int bit = 0; bit < dimension.bits(); bit++) {
        units.add(1L << end + bit);
      }
    }
    return units.build();
  }

  /** The number, in row-major order, of the highest unit vector in a sum. */
  private int highestUnit(long sum) {
    ImmutableList<Long> units = units();
    int highest = units.size() - 1;
    while ((sum & units.get(highest)) == 0) {
      highest--;
    }
    return highest;
  }
}
