package nibble.cli;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.engine.verify.ElementCheck;
import nibble.engine.verify.KernelCheck;

/**
 * The proofs of a run, one row for each kernel: a model launches most of its kernels once for each layer.
 *
 * @param rows in order of the first launch
 */
record VerificationTable(ImmutableList<Row> rows) {
  /**
   * A kernel.
   *
   * @param kernel its name
   * @param launches how often it was launched
   * @param ops what it computes
   * @param worst the result, of all launches, that takes up most of its bound
   * @param proven whether all launches are proven
   */
  record Row(String kernel, int launches, String ops, ElementCheck worst, boolean proven) {}

  static VerificationTable of(List<KernelCheck> checks) {
    Map<String, List<KernelCheck>> byKernel = new LinkedHashMap<>();
    checks.forEach(check -> byKernel.computeIfAbsent(check.kernel(), name -> new ArrayList<>()).add(check));
    return new VerificationTable(byKernel.entrySet().stream()
        .map(entry -> row(entry.getKey(), entry.getValue())).collect(ImmutableList.toImmutableList()));
  }

  private static Row row(String kernel, List<KernelCheck> checks) {
    ElementCheck worst = checks.stream().map(KernelCheck::worst)
        .max((a, b) -> Double.compare(a.tightness(), b.tightness())).orElseThrow();
    String ops = String.join(" ", checks.getFirst().ops().stream().distinct().toList());
    return new Row(kernel, checks.size(), ops, worst, checks.stream().allMatch(KernelCheck::isProven));
  }
}
