package nibble.ir.rewrite;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import nibble.ir.Operation;
import nibble.ir.Value;

/**
 * A local rewrite, rooted at one operation. Named by verb and object: {@code FoldDequantize}.
 */
public interface Rewrite {
  /**
   * Replaces an operation. New operations go into {@link RewriteContext#builder()}, which stands right before it and is
   * set to its location.
   *
   * @return a value for each result of the operation, of the same type; nothing where the rewrite does not fire
   */
  Optional<ImmutableList<Value>> apply(Operation operation, RewriteContext context);
}
