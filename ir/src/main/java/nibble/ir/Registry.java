package nibble.ir;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import nibble.ir.format.NumberFormat;
import nibble.ir.layout.Granularity;
import nibble.ir.layout.ScaleRule;
import nibble.ir.layout.SparseLayout;
import nibble.ir.op.CoreDialect;
import nibble.ir.text.AttributeSyntax;
import nibble.ir.text.Attributes;
import nibble.ir.text.OpRecord;
import nibble.ir.text.TypeSyntax;

/**
 * All that can be named in text: ops, formats, layouts and types of the dialects that it is made of. Immutable; whoever
 * parses gets one handed in.
 */
public final class Registry {
  private final ImmutableList<Dialect> dialects;
  private final ImmutableMap<String, Class<? extends Op>> ops;
  private final ImmutableMap<String, NumberFormat> formats;
  private final ImmutableMap<String, Function<List<Long>, Granularity>> granularities;
  private final ImmutableMap<String, ScaleRule> scaleRules;
  private final ImmutableMap<Integer, Function<List<Long>, SparseLayout>> sparseLayouts;
  private final ImmutableMap<String, Function<List<Long>, SparseLayout>> namedSparseLayouts;
  private final ImmutableMap<Class<?>, AttributeSyntax<?>> attributes;
  private final ImmutableMap<String, TypeSyntax> types;

  private Registry(List<Dialect> dialects) {
    this.dialects = ImmutableList.copyOf(dialects);
    Map<String, Class<? extends Op>> opsByName = new LinkedHashMap<>();
    Map<String, NumberFormat> formatsByName = new LinkedHashMap<>();
    Map<String, Function<List<Long>, Granularity>> granularitiesByKeyword = new LinkedHashMap<>();
    Map<String, ScaleRule> rulesByKeyword = new LinkedHashMap<>();
    Map<Integer, Function<List<Long>, SparseLayout>> sparseByCount = new LinkedHashMap<>();
    Map<String, Function<List<Long>, SparseLayout>> sparseByKeyword = new LinkedHashMap<>();
    Map<Class<?>, AttributeSyntax<?>> attributesByClass = new LinkedHashMap<>();
    Map<String, TypeSyntax> typesByKeyword = new LinkedHashMap<>();
    for (Dialect dialect : dialects) {
      for (Class<? extends Op> op : dialect.ops()) {
        OpInfo info = op.getAnnotation(OpInfo.class);
        if (info == null) {
          throw new IllegalArgumentException(op.getName() + " lacks @OpInfo");
        }
        put(opsByName, info.name(), op, "op", dialect);
      }
      dialect.formats().forEach(format -> put(formatsByName, format.name(), format, "format", dialect));
      dialect.granularities()
          .forEach((keyword, maker) -> put(granularitiesByKeyword, keyword, maker, "granularity", dialect));
      dialect.scaleRules().forEach(rule -> put(rulesByKeyword, ruleKeyword(rule), rule, "rule of scales", dialect));
      dialect.sparseLayouts().forEach((count, maker) -> put(sparseByCount, count, maker, "sparse layout", dialect));
      dialect.namedSparseLayouts()
          .forEach((keyword, maker) -> put(sparseByKeyword, keyword, maker, "sparse layout", dialect));
      dialect.attributes().forEach((type, syntax) -> put(attributesByClass, type, syntax, "attribute", dialect));
      dialect.types().forEach((keyword, syntax) -> put(typesByKeyword, keyword, syntax, "type", dialect));
    }
    this.ops = ImmutableMap.copyOf(opsByName);
    this.formats = ImmutableMap.copyOf(formatsByName);
    this.granularities = ImmutableMap.copyOf(granularitiesByKeyword);
    this.scaleRules = ImmutableMap.copyOf(rulesByKeyword);
    this.sparseLayouts = ImmutableMap.copyOf(sparseByCount);
    this.namedSparseLayouts = ImmutableMap.copyOf(sparseByKeyword);
    this.attributes = ImmutableMap.copyOf(attributesByClass);
    this.types = ImmutableMap.copyOf(typesByKeyword);
    this.ops.forEach(this::requireTextForm);
  }

  private static String ruleKeyword(ScaleRule rule) {
    String keyword = rule.keyword();
    if (!Names.isWord(keyword) || keyword.equals("scale") || keyword.equals("zero")) {
      throw new IllegalArgumentException("a rule of scales can't have the keyword '" + keyword + "'");
    }
    return keyword;
  }

  /** What the text form could not write or read is refused here, and not when somebody prints it. */
  private void requireTextForm(String name, Class<? extends Op> op) {
    if (!Names.isWord(name)) {
      throw new IllegalArgumentException("the name '" + name + "' of " + op.getName() + " is no word");
    }
    OpRecord record = OpRecord.of(op);
    for (int i = 0; i < record.size(); i++) {
      if (!record.isResult(i) && !Attributes.hasSyntax(record.type(i), this)) {
        throw new IllegalArgumentException("the attribute " + record.name(i) + " of the op " + name + " has type "
            + record.type(i).getTypeName() + ", for which no dialect has a syntax");
      }
    }
  }

  /** The registry of the built-in dialect. */
  public static Registry core() {
    return new Registry(List.of(new CoreDialect()));
  }

  /**
   * This registry with further dialects.
   *
   * @throws IllegalArgumentException where two dialects give the same name to different things, or an op can't be
   *     written
   */
  public Registry with(Collection<? extends Dialect> others) {
    return new Registry(ImmutableList.<Dialect>builder().addAll(dialects).addAll(others).build());
  }

  /** What it is made of, the core dialect first. */
  public ImmutableList<Dialect> dialects() {
    return dialects;
  }

  /** Record classes of ops by name. */
  public ImmutableMap<String, Class<? extends Op>> ops() {
    return ops;
  }

  /** Number formats by name. */
  public ImmutableMap<String, NumberFormat> formats() {
    return formats;
  }

  /** Makers of granularities by keyword. */
  public ImmutableMap<String, Function<List<Long>, Granularity>> granularities() {
    return granularities;
  }

  /** Rules of scales by keyword. */
  public ImmutableMap<String, ScaleRule> scaleRules() {
    return scaleRules;
  }

  public Optional<Class<? extends Op>> op(String name) {
    return Optional.ofNullable(ops.get(name));
  }

  public Optional<NumberFormat> format(String name) {
    return Optional.ofNullable(formats.get(name));
  }

  public Optional<Function<List<Long>, Granularity>> granularity(String keyword) {
    return Optional.ofNullable(granularities.get(keyword));
  }

  public Optional<ScaleRule> scaleRule(String keyword) {
    return Optional.ofNullable(scaleRules.get(keyword));
  }

  /** Makers of sparse layouts that have a keyword, by it. */
  public ImmutableMap<String, Function<List<Long>, SparseLayout>> namedSparseLayouts() {
    return namedSparseLayouts;
  }

  public Optional<Function<List<Long>, SparseLayout>> sparseLayout(String keyword) {
    return Optional.ofNullable(namedSparseLayouts.get(keyword));
  }

  public Optional<Function<List<Long>, SparseLayout>> sparseLayout(int count) {
    return Optional.ofNullable(sparseLayouts.get(count));
  }

  public Optional<AttributeSyntax<?>> attribute(Class<?> type) {
    return Optional.ofNullable(attributes.get(type));
  }

  /** Syntax of types by leading keyword, besides {@code tensor}. */
  public ImmutableMap<String, TypeSyntax> types() {
    return types;
  }

  public Optional<TypeSyntax> type(String keyword) {
    return Optional.ofNullable(types.get(keyword));
  }

  private static <K, T> void put(Map<K, T> map, K key, T value, String kind, Dialect dialect) {
    if (map.putIfAbsent(key, value) != null) {
      throw new IllegalArgumentException(
          "the " + kind + " " + key + " of dialect " + dialect.name() + " exists already");
    }
  }
}
