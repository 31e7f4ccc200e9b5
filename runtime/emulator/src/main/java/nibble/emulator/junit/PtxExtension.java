package nibble.emulator.junit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import nibble.emulator.Machine;
import nibble.emulator.schedule.Schedule;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/** Runs each {@link PtxTest} once for each schedule. */
public final class PtxExtension implements TestTemplateInvocationContextProvider {
  /** The system property that names the only schedule to run. */
  public static final String SCHEDULE = "nibble.ptx.schedule";

  @Override
  public boolean supportsTestTemplate(ExtensionContext context) {
    return AnnotationSupport.isAnnotated(context.getElement(), PtxTest.class);
  }

  @Override
  public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
    PtxTest test = AnnotationSupport.findAnnotation(context.getElement(), PtxTest.class).orElseThrow();
    String text = read(context.getRequiredTestClass(), test.value());
    return schedules(context, test).stream()
        .map(
            schedule ->
                new PtxInvocation(
                    schedule, text, test.value(),
                    Machine.builder().schedule(schedule).checks(test.checks()).stepLimit(test.stepLimit())));
  }

  private static List<Schedule> schedules(ExtensionContext context, PtxTest test) {
    return context.getConfigurationParameter(SCHEDULE)
        .map(
            text ->
                List.of(
                    Schedule.parse(text).orElseThrow(
                        () ->
                            new ExtensionConfigurationException(
                                SCHEDULE + "=" + text
                                    + " is no schedule; write round-robin, random:7 or adversarial:7"))))
        .orElseGet(() -> Schedule.some(test.schedules()));
  }

  private static String read(Class<?> test, String name) {
    try (InputStream resource = test.getResourceAsStream(name.startsWith("/") ? name : "/" + name);
        InputStream beside = test.getResourceAsStream(name)) {
      InputStream found = resource != null ? resource : beside;
      byte[] bytes = found != null ? found.readAllBytes() : Files.readAllBytes(Path.of(name));
      return new String(bytes, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException missing) {
      throw new ExtensionConfigurationException("there is no resource and no file '" + name + "'");
    } catch (IOException unreadable) {
      throw new ExtensionConfigurationException("'" + name + "' cannot be read", unreadable);
    }
  }
}
