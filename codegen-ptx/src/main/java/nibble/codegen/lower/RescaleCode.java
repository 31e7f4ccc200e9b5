package nibble.codegen.lower;

import static nibble.codegen.ptx.Immediate.imm;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.lower.Lowered.Tile;
import nibble.codegen.ptx.KernelBuilder;
import nibble.codegen.ptx.Operand;
import nibble.codegen.ptx.Register;

/**
 * Multiplies sums in place. A warp votes for each fragment of 16 rows, of which a thread has two, whether some factor
 * is not 1, and skips its products where none is: they would change nothing.
 */
final class RescaleCode {
  private static final int ROWS_OF_THREAD = 2;
  private final Code code;
  private final KernelBuilder ptx;

  RescaleCode(Code code) {
    this.code = code;
    this.ptx = code.ptx();
  }

  Tile multiply(Tile sums, Tile factors) {
    List<Register> registers = MmaCode.inPlace(code, sums);
    Map<Operand, List<Register>> ofFactors = new LinkedHashMap<>();
    for (int i = 0; i < registers.size(); i++) {
      ofFactors.computeIfAbsent(factors.at(i), factor -> new ArrayList<>()).add(registers.get(i));
    }
    for (List<Operand> rows : Lists.partition(List.copyOf(ofFactors.keySet()), ROWS_OF_THREAD)) {
      Operand changes = rows.stream().map(factor -> code.binary("setp.neu.f32", factor, imm(1f)))
          .reduce(code::or).orElseThrow();
      ptx.ifThen(ptx.anyLane(changes), () -> rows.forEach(factor ->
          ofFactors.get(factor).forEach(sum -> ptx.emit("mul.rn.f32", sum, sum, code.register(factor)))));
    }
    return new Tile(sums.type(), ImmutableList.copyOf(registers));
  }
}
