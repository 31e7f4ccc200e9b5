package nibble.engine.verify;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import nibble.codegen.Backend;
import nibble.codegen.kernel.KernelGenerator;
import nibble.codegen.kernel.KernelProgram;
import nibble.codegen.target.Targets;
import nibble.codegen.tile.ExpandPipeline;
import nibble.ir.Function;
import nibble.ir.Operation;
import nibble.ir.rewrite.Rewrite;
import nibble.ir.rewrite.RewriteDriver;
import nibble.ir.shape.SymbolBounds;

/**
 * Makes kernels as the built-in generators do, but with a mistake.
 *
 * @param ops rewrites what a kernel is to compute
 * @param tiles rewrites the program that computes it, its pipelines expanded
 */
record MutantGenerator(Rewrite ops, Rewrite tiles) implements KernelGenerator {
  private static final Rewrite NOTHING = (operation, context) -> Optional.empty();
  private static final List<KernelGenerator> BUILT_IN = Backend.builtIn(Targets.get("sm_80"));

  static MutantGenerator ofOps(Rewrite ops) {
    return new MutantGenerator(ops, NOTHING);
  }

  static MutantGenerator ofTiles(Rewrite tiles) {
    return new MutantGenerator(NOTHING, tiles);
  }

  @Override
  public String name() {
    return "mutant";
  }

  @Override
  public Optional<KernelProgram> generate(Operation kernel, ImmutableMap<String, SymbolBounds> symbols) {
    Function region = new Function("region", kernel.regions().getFirst(), kernel.location());
    Operation wrong = kernel.withRegions(ImmutableList.of(new RewriteDriver(ops).apply(region, symbols).body()));
    return BUILT_IN.stream().flatMap(generator -> generator.generate(wrong, symbols).stream()).findFirst()
        .map(made -> {
          Function expanded = new RewriteDriver(new ExpandPipeline()).apply(made.program(), symbols);
          return new KernelProgram(new RewriteDriver(tiles).apply(expanded, symbols), made.parameters());
        });
  }
}
