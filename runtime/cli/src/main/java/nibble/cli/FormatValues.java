package nibble.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import nibble.ir.format.NumberFormat;

/**
 * The numbers that the codes of a format stand for.
 *
 * @param values each finite number once, in order; none where codes are too many to be looked at
 * @param special whether some codes stand for infinities or for no number
 */
record FormatValues(ImmutableList<Double> values, boolean special) {
  private static final int MOST_BITS = 16;
  private static final int LISTED = 32;

  static FormatValues of(NumberFormat format) {
    if (format.bits() > MOST_BITS) {
      return new FormatValues(ImmutableList.of(), false);
    }
    double[] all = LongStream.range(0, 1L << format.bits()).mapToDouble(format::decode).toArray();
    return new FormatValues(
        DoubleStream.of(all).filter(Double::isFinite).map(value -> value + 0.0).distinct().sorted().boxed()
            .collect(ImmutableList.toImmutableList()),
        DoubleStream.of(all).anyMatch(value -> !Double.isFinite(value)));
  }

  private double smallest() {
    return values.stream().filter(value -> value > 0).findFirst().orElse(Double.NaN);
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e9
        ? Long.toString((long) value) : Float.toString((float) value);
  }

  List<String> text() {
    if (values.isEmpty()) {
      return List.of();
    }
    String count = values.size() + " numbers from " + number(values.getFirst()) + " to "
        + number(values.getLast()) + "; the smallest above 0 is " + number(smallest())
        + (special ? "; some codes stand for infinities or no number" : "");
    return values.size() > LISTED ? List.of(count) : List.of(count, "they are "
        + values.stream().map(FormatValues::number).collect(Collectors.joining(" ")));
  }

  void addTo(ObjectNode node) {
    if (values.isEmpty()) {
      return;
    }
    node.put("numbers", values.size()).put("smallest", smallest());
    if (values.size() <= LISTED) {
      ArrayNode listed = node.putArray("values");
      values.forEach(value -> listed.add(value));
    }
  }
}
