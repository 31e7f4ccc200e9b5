package sample.training;

import java.util.List;

/**
 * Steps of AdamW with a learning rate that rises for a while and then falls as a cosine, along gradients that are
 * shortened where all of them together are longer than 1.
 */
public final class AdamW {
  private static final double MOST_NORM = 1;

  private final List<Parameter> parameters;
  private final Schedule schedule;
  private int step;

  /**
   * How fast parameters move.
   *
   * @param rate the learning rate at its largest
   * @param decay of matrices
   * @param warmUp steps in which the rate rises
   * @param steps all of them
   */
  public record Schedule(double rate, double decay, int warmUp, int steps) {
    private double rate(int step) {
      return step < warmUp
          ? rate * step / warmUp
          : rate * 0.5 * (1 + StrictMath.cos(Math.PI * (step - warmUp) / Math.max(1, steps - warmUp)));
    }
  }

  /** Moves these. */
  public AdamW(List<Parameter> parameters, Schedule schedule) {
    this.parameters = parameters;
    this.schedule = schedule;
  }

  /** Moves the parameters once, and forgets their gradients. */
  public void step() {
    clip();
    step++;
    for (Parameter parameter : parameters) {
      parameter.step(schedule.rate(step), schedule.decay(), step);
    }
  }

  private void clip() {
    double sum = 0;
    for (Parameter parameter : parameters) {
      for (float g : parameter.gradient()) {
        sum += g * g;
      }
    }
    double norm = Math.sqrt(sum);
    if (norm > MOST_NORM) {
      float factor = (float) (MOST_NORM / norm);
      for (Parameter parameter : parameters) {
        float[] gradient = parameter.gradient();
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] *= factor;
        }
      }
    }
  }
}
