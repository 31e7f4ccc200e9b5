package nibble.codegen.matrix;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import nibble.ir.op.AttentionScheme;

/**
 * How precisely an attention is computed: a row of the matrix of attention.
 *
 * @param format of queries, keys, values and the result
 * @param scheme nothing for as precisely as these
 */
public record AttentionClause(String format, Optional<AttentionScheme> scheme) {
  /** The formats, and all schemes. */
  public static ImmutableList<AttentionClause> all() {
    return Stream.concat(
        Stream.of("f16", "bf16").map(format -> new AttentionClause(format, Optional.empty())),
        Arrays.stream(AttentionScheme.values()).map(scheme -> new AttentionClause("f16", Optional.of(scheme))))
        .collect(ImmutableList.toImmutableList());
  }

  String attribute() {
    return scheme.map(known -> ", scheme = " + known.keyword()).orElse("");
  }

  @Override
  public String toString() {
    return scheme.map(AttentionScheme::keyword).orElse(format);
  }
}
