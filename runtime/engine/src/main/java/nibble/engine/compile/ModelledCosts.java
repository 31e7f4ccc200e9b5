package nibble.engine.compile;

import java.util.Locale;
import java.util.Optional;
import nibble.codegen.cost.ProductModel;
import nibble.codegen.cost.ProductShape;
import nibble.codegen.cost.SparsityVerdict;
import nibble.codegen.cost.VenomChoice;
import nibble.codegen.target.Target;
import nibble.codegen.target.Targets;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.SparseLayout;
import nibble.ir.layout.SparseLayouts.VNOfM;
import nibble.passes.SparsityCosts;

/**
 * What sparse weights are worth on a target, by modelled times.
 *
 * @param standard the target that is asked where a clause names none
 * @param isForced whether the user wants them whatever they are worth
 */
public record ModelledCosts(Target standard, boolean isForced) implements SparsityCosts {
  /** Of those who name no target: the oldest one, which all sparse matrix instructions can be had on. */
  public static final ModelledCosts STANDARD = new ModelledCosts(Targets.get("sm_80"), false);

  @Override
  public Estimate of(
      long rows, long columns, long depth, NumberFormat format, SparseLayout layout, Optional<String> target) {
    Target asked = target.map(Targets::get).orElse(standard);
    SparsityVerdict verdict = SparsityVerdict.of(
        new ProductModel(asked, format), new ProductShape(rows, columns, depth), layout);
    return new Estimate(
        verdict.dense().toString(), verdict.sparse().toString(),
        String.format(Locale.ROOT, "%s (%s) for %d rows", asked.part().name(), asked.name(), rows), verdict.obstacle());
  }

  @Override
  public Optional<SparseLayout> choose(
      long rows, long columns, long depth, NumberFormat format, VNOfM most, double gain, Optional<String> target) {
    Target asked = target.map(Targets::get).orElse(standard);
    return VenomChoice.of(new ProductModel(asked, format), new ProductShape(rows, columns, depth), most, gain)
        .map(layout -> layout);
  }
}
