package nibble.emulator.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import nibble.emulator.Finding;
import nibble.emulator.KernelFault;
import nibble.emulator.Machine;
import nibble.emulator.library.Module;
import nibble.emulator.schedule.Schedule;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.opentest4j.AssertionFailedError;

/** A run of a test under one schedule: gives it a module, and looks at what was found. */
final class PtxInvocation
    implements TestTemplateInvocationContext,
        ParameterResolver,
        AfterTestExecutionCallback,
        TestExecutionExceptionHandler {
  private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(PtxInvocation.class);

  private final Schedule schedule;
  private final String text;
  private final String name;
  private final Machine.Builder machine;

  PtxInvocation(Schedule schedule, String text, String name, Machine.Builder machine) {
    this.schedule = schedule;
    this.text = text;
    this.name = name;
    this.machine = machine;
  }

  @Override
  public String getDisplayName(int index) {
    return schedule.toString();
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    return List.of(this);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Module.class;
  }

  @Override
  public Module resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // The store closes it when the invocation is over.
    return context.getStore(NAMESPACE).getOrComputeIfAbsent(name, it -> Module.parse(text, it, machine), Module.class);
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
    if (failure instanceof KernelFault fault) {
      List<Finding> found = new ArrayList<>(fault.findings());
      found.add(Finding.of(fault, schedule.toString()));
      AssertionError error = new AssertionError(describe(found));
      error.setStackTrace(fault.getStackTrace());
      throw error;
    }
    if (failure instanceof AssertionError wrong) {
      // What was found may well be why.
      Module module = context.getStore(NAMESPACE).get(name, Module.class);
      throw told(wrong, describe(module == null ? List.of() : module.findings()));
    }
    throw failure;
  }

  private static AssertionError told(AssertionError failure, String findings) {
    String message = failure.getMessage() + "\n" + findings;
    AssertionError told =
        failure instanceof AssertionFailedError compared && compared.isExpectedDefined() && compared.isActualDefined()
            ? new AssertionFailedError(message, compared.getExpected(), compared.getActual(), failure)
            : new AssertionError(message, failure);
    told.setStackTrace(failure.getStackTrace());
    return told;
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    Module module = context.getStore(NAMESPACE).get(name, Module.class);
    if (module != null && !module.findings().isEmpty() && context.getExecutionException().isEmpty()) {
      throw new AssertionError(describe(module.findings()));
    }
  }

  /** The findings, and how a test runs that schedule alone. */
  private String describe(List<Finding> findings) {
    if (findings.isEmpty()) {
      return name + " under " + schedule + "\n  again with: -D" + PtxExtension.SCHEDULE + "=" + schedule;
    }
    return findings.stream()
        .map(it -> it.toString().replace("--schedule ", "-D" + PtxExtension.SCHEDULE + "="))
        .collect(Collectors.joining("\n", name + " under " + schedule + ":\n", ""));
  }
}
