package nibble.engine.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PhasesTest {
  private final List<String> told = new ArrayList<>();
  private final Progress progress = new Progress() {
    @Override
    public void phase(String name) {
      told.add(name);
    }

    @Override
    public void step(int done, int of, String what) {
      told.add(done + " of " + of + ": " + what);
    }
  };

  @Test
  void phasesOfOneNameAddUpAndKeepTheirOrder() {
    Phases phases = new Phases(progress);
    assertEquals(5, phases.time("read", () -> 5));
    phases.time("run", () -> "");
    double once = phases.seconds().get("read");
    phases.time("read", () -> 6);
    assertEquals(List.of("read", "run"), List.copyOf(phases.seconds().keySet()));
    assertTrue(phases.seconds().get("read") >= once);
    assertEquals(List.of("read", "run", "read"), told);
    assertSame(progress, phases.progress());
  }

  @Test
  void aPhaseThatFailsCountsToo() {
    Phases phases = new Phases(Progress.NONE);
    assertThrows(IllegalStateException.class, () -> phases.time("read", () -> {
      throw new IllegalStateException("no");
    }));
    assertTrue(phases.seconds().containsKey("read"));
  }
}
