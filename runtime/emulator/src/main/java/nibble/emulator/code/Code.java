package nibble.emulator.code;

import java.util.List;
import nibble.emulator.memory.Placed;

/**
 * A kernel with all functions that it calls, ready to execute. Block 0 is its entry.
 *
 * @param words registers of {@link Bank#WORD}; constants and special registers stand behind them
 * @param wordConstants values of the constants, in the order in which they stand
 * @param specials special registers, behind the constants of their bank
 * @param predicates registers of {@link Bank#PREDICATE}
 * @param lists register lists that helpers take by number
 * @param plans objects that helpers take by number
 * @param sharedBytes static shared memory
 * @param dynamicBase where dynamic shared memory starts
 * @param localBytes private memory of a thread
 * @param sharedVariables what is where in static shared memory
 */
public record Code(
    String kernel,
    List<BasicBlock> blocks,
    int words,
    int[] wordConstants,
    List<SpecialRegister> wordSpecials,
    int longs,
    long[] longConstants,
    List<SpecialRegister> longSpecials,
    int predicates,
    int[][] lists,
    Object[] plans,
    List<Site> sites,
    int sharedBytes,
    int dynamicBase,
    int localBytes,
    List<Placed> sharedVariables) {
  public Code {
    blocks = List.copyOf(blocks);
    wordSpecials = List.copyOf(wordSpecials);
    longSpecials = List.copyOf(longSpecials);
    sites = List.copyOf(sites);
    sharedVariables = List.copyOf(sharedVariables);
  }
}
