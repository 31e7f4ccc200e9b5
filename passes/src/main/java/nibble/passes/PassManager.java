package nibble.passes;

import com.google.common.base.Stopwatch;
import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import nibble.ir.Module;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.DiagnosticRenderer;
import nibble.ir.diagnostic.InputException;
import nibble.ir.verify.Verifier;
import nibble.passes.PassRun.StepReport;
import nibble.passes.pipeline.PassRegistry;
import nibble.passes.pipeline.Pipeline;
import nibble.passes.recipe.PathCheck;
import nibble.passes.validate.ValidationReport;
import nibble.passes.validate.Validator;

/**
 * Runs pipelines. After each pass the module is verified, and, where that is asked for, the pass's effect on the
 * numbers is validated.
 *
 * @param registry prints passes
 * @param environment what passes may ask
 * @param listeners watch, in this order
 * @param verify whether to verify after each pass
 * @param validator checks the effect of each pass; none for no check
 * @param reproducers directory where a failing pass leaves its pipeline and module in one file; none for no file
 */
public record PassManager(
    PassRegistry registry,
    PassEnvironment environment,
    ImmutableList<PassListener> listeners,
    boolean verify,
    Optional<Validator> validator,
    Optional<Path> reproducers) {

  /** A manager that verifies, and does nothing else besides running the passes. */
  public static PassManager of(PassRegistry registry, PassEnvironment environment) {
    return new PassManager(registry, environment, ImmutableList.of(), true, Optional.empty(), Optional.empty());
  }

  public PassManager with(PassListener listener) {
    ImmutableList<PassListener> all = ImmutableList.<PassListener>builder().addAll(listeners).add(listener).build();
    return new PassManager(registry, environment, all, verify, validator, reproducers);
  }

  public PassManager verifying(boolean each) {
    return new PassManager(registry, environment, listeners, each, validator, reproducers);
  }

  public PassManager validating(Validator by) {
    return new PassManager(registry, environment, listeners, verify, Optional.of(by), reproducers);
  }

  public PassManager writingReproducersTo(Path directory) {
    return new PassManager(registry, environment, listeners, verify, validator, Optional.of(directory));
  }

  /**
   * Runs a pipeline. What validation finds is in the result; it stops nothing.
   *
   * @throws InputException where options of a pass do not fit the module, or the module given is not valid
   * @throws PassBug where a pass fails or breaks an invariant
   */
  public PassRun run(Module module, Pipeline pipeline) {
    if (verify) {
      Verifier.require(module);
    }
    PathCheck.require(pipeline, module);
    ImmutableList.Builder<StepReport> reports = ImmutableList.builder();
    Module current = module;
    PassEnvironment known = environment;
    for (int index = 0; index < pipeline.steps().size(); index++) {
      Pass pass = pipeline.steps().get(index).pass();
      PassListener.Step step =
          new PassListener.Step(index, pipeline.steps().size(), pass.name(), registry.print(pass));
      Module before = current;
      listeners.forEach(listener -> listener.before(step, before));
      PassContext context = new PassContext(known, pass.name());
      Stopwatch watch = Stopwatch.createStarted();
      Module after = apply(pass, before, context, pipeline.from(index));
      Duration time = watch.elapsed();
      listeners.forEach(listener -> listener.after(step, before, after));
      known = known.withMade(context.made());
      MadeWeights made = known.made();
      Optional<ValidationReport> validation =
          validator.map(by -> by.with(made).check(pass.name(), pass.effect(), before, after, context.decisions()));
      if (validation.isPresent() && !validation.get().ok()) {
        reproduce(pass, "did not keep its promise", pipeline.from(index), before);
      }
      reports.add(new StepReport(
          pass.name(), step.text(), time, after != before, context.decisions(), context.orders(), validation));
      current = after;
    }
    return new PassRun(module, current, reports.build(), known.made());
  }

  private Module apply(Pass pass, Module before, PassContext context, Pipeline rest) {
    Module after;
    try {
      after = pass.run(before, context);
    } catch (InputException e) {
      throw placed(e, rest.steps().getFirst());
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      throw bug(pass, "failed: " + e, rest, before, e);
    }
    if (after == null) {
      throw bug(pass, "gave no module", rest, before, null);
    }
    if (after.equals(before)) {
      return before;
    }
    if (verify) {
      ImmutableList<Diagnostic> broken = Verifier.check(after);
      if (!broken.isEmpty()) {
        DiagnosticRenderer renderer = new DiagnosticRenderer(Map.of());
        throw bug(pass, "broke an invariant:\n" + renderer.render(broken), rest, before, null);
      }
    }
    return after;
  }

  /** A complaint of a pass without a place gets the place where the pass is written. */
  private static InputException placed(InputException e, Pipeline.Step step) {
    String pass = step.pass().name();
    return new InputException(e.diagnostics().stream()
        .map(d -> d.location().isKnown()
            ? d
            : new Diagnostic(d.severity(), d.message().startsWith(pass + " ") ? d.message() : pass + ": " + d.message(),
                step.name().location(), step.name().length(), d.notes(), d.hint()))
        .toList());
  }

  private PassBug bug(Pass pass, String what, Pipeline rest, Module before, Throwable cause) {
    String reproducer = reproduce(pass, what, rest, before);
    return new PassBug(
        registry.print(pass), "the pass " + registry.print(pass) + " " + what, reproducer, cause);
  }

  private String reproduce(Pass pass, String what, Pipeline rest, Module before) {
    String why = "the pass " + pass.name() + " " + what;
    String text = Reproducer.of(registry.print(rest), before).text(why, environment.registry());
    reproducers.ifPresent(directory -> Reproducer.write(directory, before.name() + "-" + pass.name(), text));
    return text;
  }
}
