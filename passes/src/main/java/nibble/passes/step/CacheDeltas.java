package nibble.passes.step;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Function;
import nibble.ir.Location;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.TensorType;
import nibble.ir.recipe.PathPattern;
import nibble.ir.shape.Dim;
import nibble.passes.Decision.Cost;
import nibble.passes.NumericEffect;
import nibble.passes.Pass;
import nibble.passes.PassContext;
import nibble.passes.PassInfo;
import nibble.passes.PassOption;
import nibble.passes.precision.BlockChanges;
import nibble.passes.precision.BlockChanges.Ends;
import nibble.passes.precision.TensorBytes;

/**
 * Lets blocks of a denoiser be skipped in steps that would change little: the temporal delta cache of "6Bit-Diffusion:
 * Inference-Time Mixed-Precision Quantization for Video Diffusion Models". What a block adds to its input is kept, and
 * added again while it is stable. {@link CacheDelta} has what becomes of a block.
 *
 * <pre>
 * func @f(%x) {                    =&gt;  func @f(%x, %delta, %change, %sum, %skips, %reuse) {
 *   %1 = ... a block of %x              %1 = ... a block of %x
 *   return %1                           %2 = either %reuse, (add %x, %delta), %1
 * }                                     %3 = either %reuse, %delta, (sub %1, %x)
 *                                       ... %4, %5, %6, %7
 *                                       return %2, %3, %4, %5, %6, %7
 *                                     }
 * </pre>
 *
 * @param at paths of the blocks
 * @param limit what the sum of changes stays below while a delta is reused
 * @param most how many steps in a row reuse it
 */
@PassInfo(
    name = "cache-deltas",
    summary = "reuses what blocks added to their input in the step before, while that is stable",
    effect = NumericEffect.Kind.CHANGES_ON_PURPOSE)
public record CacheDeltas(
    @PassOption("paths of the blocks; all outermost ones, where none is given") ImmutableList<PathPattern> at,
    @PassOption("what the sum of relative changes of a delta stays below while it is reused") double limit,
    @PassOption(value = "how many steps in a row reuse a delta", otherwise = "2") int most)
    implements Pass {

  public CacheDeltas {
    if (!(limit >= 0)) {
      throw new IllegalArgumentException("changes stay below a number from 0 on, not " + limit);
    }
    if (most < 1) {
      throw new IllegalArgumentException("1 step or more in a row may reuse a delta, not " + most);
    }
  }

  @Override
  public NumericEffect effect() {
    return new NumericEffect.ChangesOnPurpose(true);
  }

  @Override
  public Module run(Module module, PassContext context) {
    return module.mapFunctions(function -> cached(function, context));
  }

  private Function cached(Function function, PassContext context) {
    Function result = function;
    for (Map.Entry<String, Location> block : blocks(function).entrySet()) {
      Function before = result;
      Optional<Ends> ends = new BlockChanges(result).ends(block.getKey());
      Optional<String> obstacle = ends.map(known -> obstacle(known, before))
          .orElseGet(() -> Optional.of("it gives nothing of the type of something that it takes"));
      if (obstacle.isPresent()) {
        context.skipped("the block", block.getValue(), obstacle.get());
      } else {
        result = new CacheDelta(block.getKey(), ends.orElseThrow(), limit, most).apply(result);
        record(block.getValue(), ends.orElseThrow().out().tensorType(), context);
      }
    }
    return result;
  }

  private static Optional<String> obstacle(Ends ends, Function function) {
    TensorType type = ends.out().tensorType();
    if (function.body().operations().stream().anyMatch(one -> BlockChanges.readsInside(one, ends.out()))) {
      return Optional.of("a loop reads what it gives");
    }
    for (Operation operation : function.body().operations()) {
      if (operation.results().contains(ends.out())) {
        break;
      }
      if (operation.results().contains(ends.in())) {
        return plain(type);
      }
    }
    return function.parameters().contains(ends.in())
        ? plain(type) : Optional.of("what it takes comes behind what it gives");
  }

  private static Optional<String> plain(TensorType type) {
    return type.isPlain() && type.format().isFloat() && type.rank() > 0
        ? Optional.empty()
        : Optional.of("a " + type + " has no delta");
  }

  /** The outermost blocks that are asked for, and where they begin. */
  private ImmutableMap<String, Location> blocks(Function function) {
    Map<String, Location> blocks = new LinkedHashMap<>();
    for (Operation operation : function.body().operations()) {
      String path = operation.location().path();
      for (int end = next(path, 0); end > 0; end = next(path, end + 1)) {
        String block = path.substring(0, end);
        if (PathPattern.anyMatches(at, block)) {
          blocks.putIfAbsent(block, operation.location().in(block));
          break;
        }
      }
    }
    return ImmutableMap.copyOf(blocks);
  }

  /** Where the name that begins there ends; -1 where the path is over. */
  private static int next(String path, int from) {
    if (from >= path.length()) {
      return -1;
    }
    int dot = path.indexOf('.', from);
    return dot < 0 ? path.length() : dot;
  }

  private void record(Location block, TensorType type, PassContext context) {
    context.applied(
        "the block adds what it added before, in up to " + most + " steps in a row, while changes sum to less than "
            + limit,
        block,
        at.isEmpty() ? "asked for every block" : "asked for at " + at.getFirst(),
        new Cost(Dim.ZERO, TensorBytes.of(type), Optional.empty()));
  }
}
