package nibble.emulator.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * In which order the warps of a launch run. A schedule is a short text, {@code round-robin}, {@code random:7} or {@code
 * adversarial:7}; the same text runs the same launch alike, bit for bit.
 *
 * @param kind how warps are chosen
 * @param seed of what is chosen at random
 */
public record Schedule(Kind kind, long seed) {
  /** How warps are chosen. */
  public enum Kind {
    /** One warp after the other, each until it waits. */
    ROUND_ROBIN("round-robin"),
    /** Any warp, for a few accesses. */
    RANDOM("random"),
    /**
     * By priorities that change where it could matter: a warp that has stored, or is about to arrive at a barrier, is
     * held back as long as any other can run.
     */
    ADVERSARIAL("adversarial");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private static final Pattern FORM = Pattern.compile("(random|adversarial):(\\d{1,18})");

  private static final long SEEDS = 1_000_000_000_000_000_000L;

  public Schedule {
    if (seed < 0 || seed >= SEEDS) {
      throw new IllegalArgumentException("a seed has up to 18 digits and no sign, unlike " + seed);
    }
  }

  /** One warp after the other, each until it waits. */
  public static Schedule roundRobin() {
    return new Schedule(Kind.ROUND_ROBIN, 0);
  }

  /** Any warp, for a few accesses. */
  public static Schedule random(long seed) {
    return new Schedule(Kind.RANDOM, seed);
  }

  /** Warps are held back where it could matter. */
  public static Schedule adversarial(long seed) {
    return new Schedule(Kind.ADVERSARIAL, seed);
  }

  /** Round robin, and as many random and adversarial ones as stated, with seeds from one. */
  public static List<Schedule> some(int ofEach) {
    List<Schedule> schedules = new ArrayList<>(List.of(roundRobin()));
    for (int seed = 1; seed <= ofEach; seed++) {
      schedules.add(adversarial(seed));
      schedules.add(random(seed));
    }
    return List.copyOf(schedules);
  }

  /** The schedule of a text, if it is one. */
  public static Optional<Schedule> parse(String text) {
    if (text.equals(Kind.ROUND_ROBIN.text)) {
      return Optional.of(roundRobin());
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long seed = Long.parseLong(matcher.group(2));
    return Optional.of(matcher.group(1).equals(Kind.RANDOM.text) ? random(seed) : adversarial(seed));
  }

  /** Whether warps may be held back before any of their accesses, for which code must be cut there. */
  public boolean steps() {
    return kind != Kind.ROUND_ROBIN;
  }

  /** What decides for one launch. */
  public Scheduler scheduler() {
    return switch (kind) {
      case ROUND_ROBIN -> new RoundRobin();
      case RANDOM -> new RandomTurns(seed);
      case ADVERSARIAL -> new ChangingPriorities(seed);
    };
  }

  @Override
  public String toString() {
    return kind == Kind.ROUND_ROBIN ? kind.text : kind.text + ":" + seed;
  }
}
