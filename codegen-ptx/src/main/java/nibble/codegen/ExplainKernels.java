package nibble.codegen;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nibble.codegen.cost.StorageChoice;
import nibble.codegen.kernel.UnsupportedAccess;
import nibble.codegen.kernel.attention.AttentionKernel;
import nibble.codegen.kernel.product.ProductKernel;
import nibble.codegen.partition.Partition;
import nibble.codegen.partition.QuantizerPlace;
import nibble.codegen.target.Feature;
import nibble.codegen.target.Target;
import nibble.ir.Location;
import nibble.ir.Operation;
import nibble.ir.Registry;
import nibble.ir.op.Attention;
import nibble.ir.op.Kernel;
import nibble.ir.op.ProductOp;
import nibble.ir.shape.SymbolBounds;

/**
 * Says where kernels do not do what a target does best, and why: warps in place of warpgroups, compressed weights that
 * are decompressed, quantizers apart from the products whose results they quantize, and those that are not apart.
 *
 * @param registry knows the attributes of all ops
 * @param symbols what is known of symbolic sizes
 */
record ExplainKernels(Target target, Registry registry, ImmutableMap<String, SymbolBounds> symbols) {
  /**
   * The decisions for a function, in order of its kernels, those of quantizers last.
   *
   * @param dense compressed weights that are stored dense
   */
  ImmutableList<KernelDecision> of(Partition partition, Collection<StorageChoice> dense) {
    ImmutableList.Builder<KernelDecision> decisions = ImmutableList.builder();
    dense.forEach(choice -> decisions.add(new KernelDecision(choice.location(), choice.text())));
    Map<String, List<String>> known = new HashMap<>();
    for (Operation operation : partition.main().body().operations()) {
      if (operation.op() instanceof Kernel) {
        known.computeIfAbsent(CanonicalKernel.key(operation, registry), _ -> reasons(operation))
            .forEach(text -> decisions.add(new KernelDecision(place(operation), text)));
      }
    }
    partition.quantizers().forEach(place ->
        decisions.add(new KernelDecision(place.quantizer().location(), text(place))));
    return decisions.build();
  }

  /** Where the attention or the product is: the kernel itself is where it ends. */
  private static Location place(Operation kernel) {
    return kernel.regions().getFirst().operations().stream()
        .filter(operation -> operation.op() instanceof Attention || operation.op() instanceof ProductOp)
        .findFirst().orElse(kernel).location();
  }

  private List<String> reasons(Operation kernel) {
    List<String> reasons = new ArrayList<>();
    AttentionKernel attentions = new AttentionKernel(target);
    ProductKernel products = new ProductKernel(target);
    try {
      attentions.whyByWarps(kernel, symbols).or(() -> products.whyByWarps(kernel, symbols))
          .filter(_ -> target.has(Feature.WGMMA))
          .ifPresent(why -> reasons.add("warps multiply, each for itself, and not warpgroups: " + why));
      products.whyDecompressed(kernel, symbols)
          .ifPresent(why -> reasons.add("the compressed weight is decompressed on its way: " + why));
    } catch (UnsupportedAccess e) {
      reasons.add(e.getMessage());
    }
    return reasons;
  }

  private static String text(QuantizerPlace place) {
    String what = "quantized to " + place.quantizer().result().type() + " by ";
    return what + place.why().map(why -> "a kernel of its own, behind its product's: " + why)
        .orElse("its product's kernel");
  }
}
