package nibble.passes;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Location;
import nibble.ir.Registry;
import nibble.passes.Decision.Cost;
import nibble.passes.Decision.Outcome;

/** What one run of one pass may ask, and where it leaves its decisions. */
public final class PassContext {
  private final PassEnvironment environment;
  private final String pass;
  private final List<Decision> decisions = new ArrayList<>();

  /**
   * The context of one run.
   *
   * @param pass name of the pass, for its decisions
   */
  public PassContext(PassEnvironment environment, String pass) {
    this.environment = environment;
    this.pass = pass;
  }

  public PassEnvironment environment() {
    return environment;
  }

  public Registry registry() {
    return environment.registry();
  }

  /** Records a change. */
  public void applied(String subject, Location location, String reason, Cost cost) {
    decisions.add(new Decision(pass, Outcome.APPLIED, subject, location, reason, Optional.of(cost)));
  }

  /** Records a place that was asked for but left as it is. */
  public void skipped(String subject, Location location, String reason) {
    decisions.add(new Decision(pass, Outcome.SKIPPED, subject, location, reason, Optional.empty()));
  }

  /** All decisions so far. */
  public ImmutableList<Decision> decisions() {
    return ImmutableList.copyOf(decisions);
  }
}
