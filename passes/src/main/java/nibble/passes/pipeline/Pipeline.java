package nibble.passes.pipeline;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import nibble.ir.Location;
import nibble.passes.Pass;
import nibble.passes.pipeline.PassText.Place;

/**
 * Passes in order.
 *
 * @param steps the passes and where each is written
 */
public record Pipeline(ImmutableList<Step> steps) {
  /** What messages call pipeline text that comes from the command line. */
  public static final String SOURCE = "--passes";

  /**
   * A pass of a pipeline.
   *
   * @param pass the pass with its options
   * @param name where its name stands, in pipeline text or in a recipe
   * @param places where each item of each given option stands
   */
  public record Step(Pass pass, Place name, ImmutableMap<String, ImmutableList<Place>> places) {
    /** Where an item of an option stands, or else the pass. */
    public Place place(String option, int item) {
      ImmutableList<Place> items = places.getOrDefault(option, ImmutableList.of());
      return item < items.size() ? items.get(item) : name;
    }
  }

  /** A pipeline that was not written anywhere. */
  public static Pipeline of(Pass... passes) {
    return of(Arrays.asList(passes));
  }

  /** A pipeline that was not written anywhere. */
  public static Pipeline of(List<Pass> passes) {
    return new Pipeline(passes.stream()
        .map(pass -> new Step(pass, new Place(Location.UNKNOWN, 1), ImmutableMap.of()))
        .collect(ImmutableList.toImmutableList()));
  }

  public ImmutableList<Pass> passes() {
    return steps.stream().map(Step::pass).collect(ImmutableList.toImmutableList());
  }

  /** The passes of this pipeline, then those of another. */
  public Pipeline then(Pipeline other) {
    return new Pipeline(ImmutableList.<Step>builder().addAll(steps).addAll(other.steps).build());
  }

  /** The steps from that index on. */
  public Pipeline from(int index) {
    return new Pipeline(steps.subList(index, steps.size()));
  }
}
