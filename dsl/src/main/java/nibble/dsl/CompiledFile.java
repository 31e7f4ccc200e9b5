package nibble.dsl;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.Module;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.recipe.Recipe;

/**
 * What files mean.
 *
 * @param module of the model; none where no file has one
 * @param recipes by name, those of imported files included; what they extend is resolved
 * @param warnings in order
 * @param sources text of each file by name, imported ones included
 */
public record CompiledFile(
    Optional<Module> module,
    ImmutableMap<String, Recipe> recipes,
    ImmutableList<Diagnostic> warnings,
    ImmutableMap<String, String> sources) {}
