package nibble.codegen.matrix;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.stream.Stream;
import nibble.ir.Module;
import nibble.ir.Registry;
import nibble.ir.text.Parser;

/**
 * An attention with a feature.
 *
 * @param isSelected whether it is one of selected blocks
 */
public record FeatureRow(AttentionFeature feature, boolean isSelected) implements AttentionRow {
  /** Each feature of a whole attention, then each of selected blocks. */
  public static ImmutableList<AttentionRow> all() {
    Stream<AttentionRow> whole =
        Arrays.stream(AttentionFeature.values()).map(feature -> new FeatureRow(feature, false));
    Stream<AttentionRow> selected = Arrays.stream(AttentionFeature.values())
        .filter(feature -> feature != AttentionFeature.BLOCKS).map(feature -> new FeatureRow(feature, true));
    return Stream.concat(whole, selected).collect(ImmutableList.toImmutableList());
  }

  @Override
  public String table() {
    return isSelected ? "of selected blocks of 32 queries and 128 keys" : "whole";
  }

  @Override
  public String title() {
    return feature.title();
  }

  @Override
  public Module module(AttentionClause clause, Registry registry) {
    return Parser.parse(feature.module(clause, isSelected), "matrix", registry);
  }

  @Override
  public String toString() {
    return feature + (isSelected ? " of selected blocks" : "");
  }
}
