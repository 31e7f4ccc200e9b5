package nibble.emulator;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import nibble.emulator.table.Form;

/** The table's rows that some test has executed whose results it compares. */
final class ExecutedForms {
  private static final Set<Form> FORMS = ConcurrentHashMap.newKeySet();

  private ExecutedForms() {}

  static void add(LaunchResult result) {
    FORMS.addAll(result.forms().keySet());
  }

  static boolean contains(Form form) {
    return FORMS.contains(form);
  }
}
