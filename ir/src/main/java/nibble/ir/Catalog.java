package nibble.ir;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.SparseLayout;
import nibble.ir.text.Attributes;
import nibble.ir.text.OpRecord;

/**
 * What a registry has, for people: the source of {@code nibble ops} and {@code nibble formats} and of the reference
 * pages. Everything is read from the ops' records and annotations and from the formats and layouts themselves.
 *
 * @param ops in order of the dialects and of the ops in them
 * @param formats likewise
 * @param granularities an example of each
 * @param scaleRules likewise
 * @param sparseLayouts an example of each
 */
public record Catalog(
    ImmutableList<OpEntry> ops,
    ImmutableList<FormatEntry> formats,
    ImmutableList<LayoutEntry> granularities,
    ImmutableList<LayoutEntry> scaleRules,
    ImmutableList<LayoutEntry> sparseLayouts) {

  /**
   * An op.
   *
   * @param name as the text form writes it
   * @param dialect who contributes it
   * @param summary what it computes
   * @param rounding where it rounds
   * @param attributes in order
   * @param statesResult whether its result type is given with it instead of inferred
   */
  public record OpEntry(
      String name, String dialect, String summary, String rounding, ImmutableList<Attribute> attributes,
      boolean statesResult) {
    /** {@code reduce_sum {axes = [integer, ...], keep = true or false}}. */
    public String syntax() {
      String inner = String.join(", ", attributes.stream().map(Attribute::toString).toList());
      return attributes.isEmpty() ? name : name + " {" + inner + "}";
    }
  }

  /**
   * An attribute.
   *
   * @param name as the text form writes it
   * @param values what it may be: {@code integer}, {@code erf or tanh}
   * @param isOptional whether it may be left out
   */
  public record Attribute(String name, String values, boolean isOptional) {
    @Override
    public String toString() {
      return isOptional ? "[" + name + " = " + values + "]" : name + " = " + values;
    }
  }

  /** A number format and who contributes it. */
  public record FormatEntry(NumberFormat format, String dialect) {}

  /**
   * A granularity of scales, a rule of scales or a sparse layout.
   *
   * @param example as a type writes one: {@code block(1,128)}, {@code up}, {@code 2:4}
   * @param dialect who contributes it
   * @param summary what it is
   */
  public record LayoutEntry(String example, String dialect, String summary) {}

  /** All that a registry has. */
  public static Catalog of(Registry registry) {
    ImmutableList.Builder<OpEntry> ops = ImmutableList.builder();
    ImmutableList.Builder<FormatEntry> formats = ImmutableList.builder();
    ImmutableList.Builder<LayoutEntry> granularities = ImmutableList.builder();
    ImmutableList.Builder<LayoutEntry> scaleRules = ImmutableList.builder();
    ImmutableList.Builder<LayoutEntry> sparseLayouts = ImmutableList.builder();
    for (Dialect dialect : registry.dialects()) {
      String name = dialect.name();
      dialect.ops().forEach(op -> ops.add(entry(op, name, registry)));
      dialect.formats().forEach(format -> formats.add(new FormatEntry(format, name)));
      for (Granularity example : dialect.granularityExamples()) {
        granularities.add(new LayoutEntry(example.text(), name, example.summary()));
      }
      for (ScaleRule rule : dialect.scaleRules()) {
        scaleRules.add(new LayoutEntry(rule.keyword(), name, rule.summary()));
      }
      for (SparseLayout example : dialect.sparseLayoutExamples()) {
        sparseLayouts.add(new LayoutEntry(example.text(), name, example.summary()));
      }
    }
    return new Catalog(ops.build(), formats.build(), granularities.build(), scaleRules.build(), sparseLayouts.build());
  }

  private static OpEntry entry(Class<? extends Op> op, String dialect, Registry registry) {
    OpInfo info = op.getAnnotation(OpInfo.class);
    OpRecord record = OpRecord.of(op);
    ImmutableList<Attribute> attributes = IntStream.range(0, record.size())
        .filter(i -> !record.isResult(i))
        .mapToObj(i -> new Attribute(
            record.name(i),
            Attributes.describe(record.type(i), registry),
            Attributes.isOptional(record.type(i))))
        .collect(ImmutableList.toImmutableList());
    boolean statesResult = IntStream.range(0, record.size()).anyMatch(record::isResult);
    return new OpEntry(info.name(), dialect, info.summary(), info.rounding(), attributes, statesResult);
  }
}
