package nibble.dsl.lower;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import nibble.dsl.syntax.Declaration;
import nibble.dsl.syntax.Identifier;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.shape.Dim;

/** A model, or a block at its place in a model: with values for its sizes, a path, and a prefix for its weights. */
final class Instance implements Context {
  private final ComponentType type;
  private final Optional<Instance> parent;
  private final Optional<Identifier> declared;
  private final String path;
  private final String prefix;
  private final boolean generic;
  private final Map<String, Operand> parameters = new LinkedHashMap<>();
  private final DeclaredValues values;
  private final Map<String, Optional<Instance>> children = new HashMap<>();

  /**
   * An instance whose parameters are still to be bound.
   *
   * @param parent the instance that it is part of; none for a model
   * @param declared its name in the declaration that makes it; none for a model
   * @param path dotted path; empty for a model
   * @param prefix of the names of its weights; may be empty
   */
  Instance(
      ComponentType type,
      Optional<Instance> parent,
      Optional<Identifier> declared,
      String path,
      String prefix,
      boolean generic) {
    this.declared = declared;
    this.type = type;
    this.parent = parent;
    this.path = path;
    this.prefix = prefix;
    this.generic = generic;
    this.values = new DeclaredValues(type.declaration().isModel());
  }

  ComponentType type() {
    return type;
  }

  String path() {
    return path;
  }

  String prefix() {
    return prefix;
  }

  /** Whether this is part of an instance of a block, or one itself: then the block contains itself. */
  boolean isWithin(ComponentType other) {
    return type == other || parent.filter(outer -> outer.isWithin(other)).isPresent();
  }

  /** Gives a parameter its value. */
  void bind(String parameter, Operand value) {
    parameters.put(parameter, value);
  }

  /** Whether the first call has yet to say what the parameter is. */
  boolean isUnbound(String name) {
    return type.hasParameter(name) && !parameters.containsKey(name);
  }

  /** Values of the parameters, where they are known, in order. */
  Map<String, Dim> boundParameters() {
    Map<String, Dim> bound = new LinkedHashMap<>();
    parameters.forEach((name, value) -> {
      if (value instanceof Operand.Size size) {
        bound.put(name, size.dim());
      }
    });
    return bound;
  }

  /** The instance of that member, made when first asked for; nothing where an error has been reported. */
  Optional<Instance> child(Declaration.Instance member, Optional<Long> index) {
    String key = member.name() + index.map(i -> "[" + i + "]").orElse("");
    Optional<Instance> known = children.get(key);
    if (known == null) {
      known = InstanceMaker.make(this, member, index);
      children.put(key, known);
    }
    return known;
  }

  @Override
  public Session session() {
    return type.home().session();
  }

  @Override
  public FileScope file() {
    return type.home();
  }

  @Override
  public boolean isGeneric() {
    return generic;
  }

  @Override
  public void report(Diagnostic diagnostic) {
    session().reporter().report(
        path.isEmpty() ? diagnostic : diagnostic.note("in " + path + Notes.sizes(boundParameters())));
  }

  @Override
  public Optional<Operand> find(Identifier name) {
    return findOwn(name).or(() -> file().find(name));
  }

  /** A parameter, size or constant of this instance. */
  Optional<Operand> findOwn(Identifier name) {
    if (type.hasParameter(name.name())) {
      useParameter(name.name());
      return Optional.of(parameters.computeIfAbsent(name.name(), this::unknown));
    }
    Declaration member = type.members().get(name.name());
    if (member instanceof Declaration.Size size) {
      session().usage().use(size.identifier());
      return Optional.of(values.of(size, this));
    }
    if (member instanceof Declaration.Constant constant) {
      session().usage().use(constant.identifier());
      return Optional.of(values.of(constant, this));
    }
    return Optional.empty();
  }

  /** A parameter that is needed before anything says what it is. */
  private Operand unknown(String parameter) {
    declared.ifPresent(name -> report(name.span()
        .error("the size " + parameter + " of '" + name + "' does not follow from the arguments of its calls")
        .hint("say what it is: " + name + ": " + type.name() + "<"
            + String.join(", ", type.parameterNames().stream().map(p -> p.equals(parameter) ? "..." : "_").toList())
            + ">")));
    return Operand.FAILED;
  }

  /** Evaluates all sizes, constants and arguments of instances, for the errors in them. */
  void evaluateAll() {
    for (Declaration member : type.members().values()) {
      switch (member) {
        case Declaration.Size size -> values.of(size, this);
        case Declaration.Constant constant -> values.of(constant, this);
        case Declaration.Instance instance -> evaluate(instance);
        default -> { }
      }
    }
  }

  /** Makes the instance of a member, or the first one of an array. */
  private void evaluate(Declaration.Instance member) {
    if (member.range().isEmpty()) {
      child(member, Optional.empty());
      return;
    }
    Optional<Long> from = Sizes.constant(member.range().get().from(), this);
    Optional<Long> to = Sizes.constant(member.range().get().to(), this);
    if (from.isPresent() && to.isPresent() && from.get() < to.get()) {
      child(member, from);
    }
  }

  private void useParameter(String name) {
    type.declaration().parameters().stream()
        .filter(parameter -> parameter.name().equals(name))
        .forEach(session().usage()::use);
  }

  @Override
  public ImmutableSet<String> names() {
    return ImmutableSet.<String>builder()
        .addAll(type.parameterNames())
        .addAll(type.members().keySet())
        .addAll(file().names())
        .build();
  }
}
