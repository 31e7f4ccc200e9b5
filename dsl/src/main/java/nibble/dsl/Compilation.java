package nibble.dsl;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import nibble.ir.diagnostic.Diagnostic;

/**
 * The outcome of a compilation, good or bad.
 *
 * @param result what the files mean; none where there are errors
 * @param diagnostics errors and warnings in order
 * @param sources text of each file by name, for a renderer of the diagnostics
 */
public record Compilation(
    Optional<CompiledFile> result,
    ImmutableList<Diagnostic> diagnostics,
    ImmutableMap<String, String> sources) {}
