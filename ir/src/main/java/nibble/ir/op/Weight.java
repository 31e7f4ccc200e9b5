package nibble.ir.op;

import com.google.common.collect.ImmutableList;
import java.util.List;
import nibble.ir.Block;
import nibble.ir.Op;
import nibble.ir.OpInfo;
import nibble.ir.TensorType;
import nibble.ir.Type;
import nibble.ir.TypeRuleException;

/**
 * A tensor of the model's weight file.
 *
 * @param key its name in the file
 * @param result its type
 */
@OpInfo(name = "weight", summary = "a tensor of the weight file", rounding = "rounded to the format once, when loaded")
public record Weight(String key, TensorType result) implements Op {
  @Override
  public ImmutableList<Type> resultTypes(List<Type> operands, List<Block> regions) {
    if (!operands.isEmpty()) {
      throw new TypeRuleException("weight takes no operands");
    }
    if (!result.shape().isConstant()) {
      throw new TypeRuleException("a weight has a constant shape, not " + result.shape());
    }
    return ImmutableList.of(result);
  }
}
