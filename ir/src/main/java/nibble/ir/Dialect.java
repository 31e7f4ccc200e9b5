package nibble.ir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.function.Function;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.SparseLayout;
import nibble.ir.text.AttributeSyntax;
import nibble.ir.text.TypeSyntax;

/** A set of ops, types, formats and layouts that a {@link Registry} is made of. Every part is empty unless given. */
public interface Dialect {
  /** Who contributes it: {@code core}, {@code tile}, the name of a plugin. */
  String name();

  /** Record classes, each with {@link OpInfo}. */
  default ImmutableList<Class<? extends Op>> ops() {
    return ImmutableList.of();
  }

  default ImmutableList<NumberFormat> formats() {
    return ImmutableList.of();
  }

  /** Makers of granularities by keyword; each takes the numbers behind the keyword. */
  default ImmutableMap<String, Function<List<Long>, Granularity>> granularities() {
    return ImmutableMap.of();
  }

  /** One of each of its granularities, which documentation shows and takes the summary from. */
  default ImmutableList<Granularity> granularityExamples() {
    return ImmutableList.of();
  }

  /** Rules of scales. */
  default ImmutableList<ScaleRule> scaleRules() {
    return ImmutableList.of();
  }

  /** Makers of sparse layouts with a keyword, by it; each takes all numbers behind it. */
  default ImmutableMap<String, Function<List<Long>, SparseLayout>> namedSparseLayouts() {
    return ImmutableMap.of();
  }

  /** Makers of sparse layouts without a keyword, by the count of their numbers. */
  default ImmutableMap<Integer, Function<List<Long>, SparseLayout>> sparseLayouts() {
    return ImmutableMap.of();
  }

  /** One of each of its sparse layouts, which documentation shows and takes the summary from. */
  default ImmutableList<SparseLayout> sparseLayoutExamples() {
    return ImmutableList.of();
  }

  /** Syntax of attributes of further Java classes. */
  default ImmutableMap<Class<?>, AttributeSyntax<?>> attributes() {
    return ImmutableMap.of();
  }

  /** Parsers of types by leading keyword, besides {@code tensor}. */
  default ImmutableMap<String, TypeSyntax> types() {
    return ImmutableMap.of();
  }
}
