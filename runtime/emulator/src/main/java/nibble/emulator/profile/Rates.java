package nibble.emulator.profile;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import nibble.emulator.model.Target;

/**
 * What a chip does in a second, by its data sheet.
 *
 * @param target of which it is a chip: the number behind {@code sm_}
 * @param multiprocessors SMs
 * @param gigahertz clock
 * @param dramGigabytes bytes of device memory per second, in 10^9
 * @param l2Bytes between L2 and an SM in a clock
 * @param fp32 multiply-adds of an SM in a clock, and so on
 * @param tensor multiply-adds of an SM's tensor cores in a clock; of formats that they do not know there is none
 * @param mma part of that which {@code mma.sync} reaches
 */
public record Rates(
    int target, String chip, int multiprocessors, double gigahertz, double dramGigabytes, int l2Bytes, int fp32,
    int fp64, int integer, int special, Map<TensorKind, Integer> tensor, double mma) {
  private static final int FIRST_TENSOR = 10;

  public Rates {
    tensor = Map.copyOf(tensor);
  }

  /** The rates of a chip of the target, or of the newest one before it. */
  public static Rates of(Target target) {
    List<Rates> all = all();
    Rates found = all.get(0);
    for (Rates rates : all) {
      found = rates.target <= target.number() ? rates : found;
    }
    return found;
  }

  /** All chips, by targets. */
  public static List<Rates> all() {
    try (InputStream stream = Rates.class.getResourceAsStream("rates.table")) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines().filter(line -> !line.isBlank() && !line.startsWith("#")).map(Rates::parse).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static Rates parse(String line) {
    List<String> cells = new ArrayList<>(List.of(line.split(" +")));
    Map<TensorKind, Integer> tensor = new EnumMap<>(TensorKind.class);
    for (TensorKind kind : TensorKind.values()) {
      String cell = cells.get(FIRST_TENSOR + kind.ordinal());
      if (!cell.equals("-")) {
        tensor.put(kind, Integer.parseInt(cell));
      }
    }
    List<Integer> numbers = cells.subList(5, FIRST_TENSOR).stream().map(Integer::parseInt).toList();
    return new Rates(
        Integer.parseInt(cells.get(0)), cells.get(1), Integer.parseInt(cells.get(2)), Double.parseDouble(cells.get(3)),
        Double.parseDouble(cells.get(4)), numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3),
        numbers.get(4), tensor, Double.parseDouble(cells.getLast()));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%s: %d SMs at %.2f GHz, %.0f GB/s", chip, multiprocessors, gigahertz, dramGigabytes);
  }
}
