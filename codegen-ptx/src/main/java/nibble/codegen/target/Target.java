package nibble.codegen.target;

import com.google.common.collect.ImmutableMap;
import java.util.Optional;

/**
 * A target of code generation: what its assembler takes and what its hardware can do.
 *
 * @param name as the directive {@code .target} has it, such as {@code sm_90a}
 * @param minimumPtx the lowest {@code .version} that a module for it can have
 * @param limits what a multiprocessor has
 * @param part a card of this architecture
 * @param features how it has the features; those that it lacks are not in the map
 * @param rates dense multiply-adds per multiprocessor and clock; those that it lacks are not in the map
 * @param arithmetic how {@code mma.sync} sums
 */
public record Target(
    String name,
    PtxVersion minimumPtx,
    Limits limits,
    Part part,
    ImmutableMap<Feature, Feature.Support> features,
    ImmutableMap<TensorRate, Integer> rates,
    ImmutableMap<TensorFormat, TensorArithmetic> arithmetic) {

  /** The number in the name: 90 of {@code sm_90a}. */
  public int architecture() {
    return Integer.parseInt(name.replaceAll("\\D", ""));
  }

  /** What follows the number in the name: {@code a} for all features of exactly this chip, or nothing. */
  public String suffix() {
    return name.replaceAll("sm_\\d+", "");
  }

  public Feature.Support support(Feature feature) {
    return features.getOrDefault(feature, Feature.Support.NONE);
  }

  /** Whether the target has the feature, natively or emulated. */
  public boolean has(Feature feature) {
    return support(feature) != Feature.Support.NONE;
  }

  /** The peak of the {@link #part} in multiply-adds per second; 0 where the target lacks the operation. */
  public double peak(TensorRate rate) {
    return rates.getOrDefault(rate, 0) * (double) part.multiprocessors() * part.clockMhz() * 1e6;
  }

  /** How {@code mma.sync} sums products of the format; empty where the target has none. */
  public Optional<TensorArithmetic> arithmetic(TensorFormat format) {
    return Optional.ofNullable(arithmetic.get(format));
  }

  @Override
  public String toString() {
    return name;
  }
}
