package nibble.codegen.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Shared memory word by word: what {@link BankConflicts} computes from ranks is counted here. */
final class BankSimulation {
  private BankSimulation() {}

  /** The cycles for vectors of {@code bytes} at the addresses of 32 lanes. */
  static int wavefronts(int[] addresses, int bytes) {
    int lanesPerPass = bytes <= 4 ? 32 : 128 / bytes;
    int cycles = 0;
    for (int first = 0; first < addresses.length; first += lanesPerPass) {
      List<Integer> touched = new ArrayList<>();
      for (int lane = first; lane < first + lanesPerPass; lane++) {
        for (int b = 0; b < bytes; b++) {
          touched.add(addresses[lane] + b);
        }
      }
      cycles += pass(touched);
    }
    return cycles;
  }

  /** The most different words that one bank has to give. */
  static int pass(List<Integer> bytes) {
    Map<Integer, Set<Integer>> wordsOfBank = new HashMap<>();
    bytes.forEach(b -> wordsOfBank.computeIfAbsent(b / 4 % 32, bank -> new HashSet<>()).add(b / 4));
    return wordsOfBank.values().stream().mapToInt(Set::size).max().orElse(0);
  }
}
