package nibble.passes.validate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Block;
import nibble.ir.Function;
import nibble.ir.Module;
import nibble.ir.Operation;
import nibble.ir.Substitution;
import nibble.ir.TensorType;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.eval.Interpreter;
import nibble.ir.eval.Tensor;
import nibble.ir.eval.WeightSource;
import nibble.ir.op.Constant;
import nibble.passes.Decision;
import nibble.passes.Decision.Outcome;
import nibble.passes.MadeWeights;
import nibble.passes.NumericEffect;
import nibble.passes.PassEnvironment;
import nibble.passes.validate.ValidationReport.FunctionReport;

/**
 * Holds passes to their {@link NumericEffect}.
 *
 * @param weights the model's weights; made up where none are given
 * @param inputs inputs by function name; made up for functions that have none
 * @param seed of what is made up
 */
public record Validator(
    Optional<WeightSource> weights, ImmutableMap<String, ImmutableList<Tensor>> inputs, long seed) {

  /** A validator that makes up all inputs and weights. */
  public static Validator generated(long seed) {
    return new Validator(Optional.empty(), ImmutableMap.of(), seed);
  }

  /** A validator that uses the weights and inputs that are at hand, and makes up the rest. */
  public static Validator of(PassEnvironment environment, long seed) {
    return new Validator(environment.weights(), environment.inputs(), seed);
  }

  /** The same with weights that passes made. */
  public Validator with(MadeWeights made) {
    return new Validator(
        made.tensors().isEmpty() ? weights : Optional.of(made.over(weights.orElseGet(new SampleData(seed)::weights))),
        inputs, seed);
  }

  /**
   * Checks one run of a pass.
   *
   * @param decisions what the pass decided
   * @throws InputException where the program before the pass can't be interpreted on the inputs or weights given
   */
  public ValidationReport check(
      String pass, NumericEffect effect, Module before, Module output, List<Decision> decisions) {
    if (output == before) {
      return new ValidationReport(pass, effect, ImmutableList.of(), Optional.empty());
    }
    boolean addsState = effect instanceof NumericEffect.ChangesOnPurpose change && change.addsState();
    Module after = addsState ? output.mapFunctions(function -> withoutState(function, before)) : output;
    Optional<String> signature = signatureProblem(before, after);
    if (signature.isPresent()) {
      return new ValidationReport(pass, effect, ImmutableList.of(), signature);
    }
    Optional<String> problem = undecided(effect, decisions)
        ? Optional.of("it changed the module but left no decision record")
        : Optional.empty();
    ImmutableList.Builder<FunctionReport> functions = ImmutableList.builder();
    for (Function function : before.functions().values()) {
      Function changed = after.functions().get(function.name());
      if (!changed.equals(function)) {
        functions.add(compare(effect, before, function, changed));
      }
    }
    return new ValidationReport(pass, effect, functions.build(), problem);
  }

  private FunctionReport compare(NumericEffect effect, Module module, Function before, Function after) {
    SampleData madeUp = new SampleData(seed);
    ImmutableList<Tensor> given = inputs.get(before.name());
    boolean useGiven = given != null && fits(after, given);
    Map<String, Long> sizes = SampleData.sizes(
        before, after, module.symbols(), useGiven ? Interpreter.bind(before, given) : Map.of());
    Substitution special = Substitution.of(sizes);
    FunctionPair pair = new FunctionPair(
        special.apply(before),
        special.apply(after),
        useGiven ? given : madeUp.inputs(before, sizes),
        once(weights.orElseGet(madeUp::weights)));
    return pair.report(effect);
  }

  /** Both programs are interpreted several times; each weight is fetched once. */
  private static WeightSource once(WeightSource source) {
    Map<String, Tensor> known = new HashMap<>();
    return (key, type) -> known.computeIfAbsent(key + " " + type, name -> source.weight(key, type));
  }

  private static boolean undecided(NumericEffect effect, List<Decision> decisions) {
    return effect instanceof NumericEffect.ChangesOnPurpose
        && decisions.stream().noneMatch(decision -> decision.outcome() == Outcome.APPLIED);
  }

  /** Inputs of other sizes do not fit a function that was specialised. */
  private static boolean fits(Function function, List<Tensor> sample) {
    try {
      Interpreter.bind(function, sample);
      return true;
    } catch (InputException e) {
      return false;
    }
  }

  /** A first run: what a function has more parameters than before are zeros, and further results are nobody's. */
  private static Function withoutState(Function after, Module before) {
    Function function = before.functions().get(after.name());
    int parameters = function == null ? 0 : function.parameters().size();
    if (function == null || after.parameters().size() < parameters
        || after.results().size() < function.results().size()) {
      return after;
    }
    ImmutableList.Builder<Operation> operations = ImmutableList.builder();
    for (Value state : after.parameters().subList(parameters, after.parameters().size())) {
      operations.add(new Operation(
          Constant.splat(0, state.tensorType()), ImmutableList.of(), ImmutableList.of(state), ImmutableList.of(),
          after.location()));
    }
    return after.withBody(new Block(
        after.parameters().subList(0, parameters), operations.addAll(after.body().operations()).build(),
        after.results().subList(0, function.results().size())));
  }

  /** What is different about the functions or their types, where a caller would notice. */
  private static Optional<String> signatureProblem(Module before, Module after) {
    if (!before.functions().keySet().equals(after.functions().keySet())) {
      return Optional.of(
          "the functions were " + before.functions().keySet() + " and are " + after.functions().keySet());
    }
    for (Function function : before.functions().values()) {
      Function other = after.functions().get(function.name());
      String was = signature(function);
      String is = signature(other);
      if (!was.equals(is)) {
        return Optional.of("@" + function.name() + " was " + was + " and is " + is);
      }
    }
    return Optional.empty();
  }

  /** Ranks and precisions; sizes may become special. */
  private static String signature(Function function) {
    return types(function.parameters()) + " -> " + types(function.results());
  }

  private static List<String> types(List<Value> values) {
    return values.stream().map(Value::tensorType).map(Validator::unsized).toList();
  }

  private static String unsized(TensorType type) {
    return "rank " + type.rank() + type.toString().replaceFirst("^tensor<\\[[^\\]]*\\] x ", " ").replaceFirst(">$", "");
  }
}
