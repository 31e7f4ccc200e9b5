package nibble.codegen.layout;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableIntArray;

/** How elements get from the threads that hold them in one layout to the threads that hold them in another. */
public sealed interface ConversionPlan {
  /** The bytes of shared memory that it needs. */
  default int sharedBytes() {
    return this instanceof ThroughShared exchange ? exchange.shared().bytes() : 0;
  }

  /**
   * Every thread has what it needs.
   *
   * @param source for each register of the destination, the register of the source that holds its element
   */
  record RegisterPermutation(ImmutableIntArray source) implements ConversionPlan {
    /** Whether nothing moves at all. */
    public boolean isIdentity() {
      for (int register = 0; register < source.length(); register++) {
        if (source.get(register) != register) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Elements move between the lanes of a warp, in rounds of one {@code shfl.sync.idx} each. In a round every lane gives
   * one group of elements, reads one group of another lane, and keeps it.
   *
   * @param packedBits a group is {@code 2^packedBits} elements with neighbouring registers, which move together
   * @param rounds the rounds; each fills one group of every lane
   * @param redundantBits bits of the destination's register index that hold copies: a register has the element of the
   *     register without these bits
   */
  record WarpShuffle(int packedBits, ImmutableList<Round> rounds, int redundantBits) implements ConversionPlan {}

  /**
   * One round of a shuffle, for one constant each: values are linear in the lane, up to an exclusive or. Register
   * numbers count elements, and are those of the first element of a group.
   *
   * @param give what register a lane gives: {@code (lane) -> (register)}
   * @param giveConstant is exclusive-ored to that register
   * @param from what lane a lane reads: {@code (lane) -> (lane)}
   * @param fromConstant is exclusive-ored to that lane
   * @param keep what register a lane fills: {@code (lane) -> (register)}
   * @param keepConstant is exclusive-ored to that register
   */
  record Round(
      LinearLayout give, int giveConstant, LinearLayout from, int fromConstant, LinearLayout keep, int keepConstant) {
    public int give(int lane) {
      return give.apply(lane)[0] ^ giveConstant;
    }

    public int from(int lane) {
      return from.apply(lane)[0] ^ fromConstant;
    }

    public int keep(int lane) {
      return keep.apply(lane)[0] ^ keepConstant;
    }

    /** Whether some lane reads another one: if not, no shuffle is needed. */
    public boolean crossesLanes() {
      return fromConstant != 0 || !from.matrix().equals(F2Matrix.identity(from.matrix().width()));
    }
  }

  /**
   * Elements go through shared memory: all warps store, synchronise, load.
   *
   * @param shared where the elements lie in between; free of bank conflicts where that is possible
   * @param store how the source's registers are grouped into vector stores
   * @param load how the destination's registers are grouped into vector loads
   * @param storeWavefronts the cycles of one warp's vector store
   * @param loadWavefronts the cycles of one warp's vector load
   */
  record ThroughShared(
      SharedLayout shared, VectorAccess store, VectorAccess load, int storeWavefronts, int loadWavefronts)
      implements ConversionPlan {}
}
