package nibble.ir.format;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formats against what the host conversions of CUDA's headers give for the same numbers. */
class GoldenVectorsTest {
  private static final List<String[]> DECODE = rows("decode.csv", stream -> stream);
  private static final List<String[]> ENCODE = rows("encode.csv.gz", GoldenVectorsTest::unzipped);

  @ParameterizedTest
  @CsvSource({"e4m3,256", "e5m2,256", "e2m3,64", "e3m2,64", "e2m1,16", "ue8m0,256"})
  void decode(String name, int codes) {
    NumberFormat format = format(name);
    List<String[]> rows = DECODE.stream().filter(row -> row[0].equals(name)).toList();
    assertEquals(codes, rows.size());
    assertAll(rows.stream().map(row -> () -> {
      double expected = Float.intBitsToFloat(Integer.parseUnsignedInt(row[2], 16));
      double actual = format.decode(Long.parseLong(row[1], 16));
      assertEquals(expected, actual, () -> name + " " + row[1]);
      assertEquals(1 / expected, 1 / actual, () -> "sign of zero: " + name + " " + row[1]);
    }));
  }

  @ParameterizedTest
  @CsvSource({
      "f16,f16_rn", "bf16,bf16_rn", "e4m3,e4m3_rn_satfinite", "e5m2,e5m2_rn_satfinite", "e2m3,e2m3_rn_satfinite",
      "e3m2,e3m2_rn_satfinite", "e2m1,e2m1_rn_satfinite"})
  void encode(String name, String column) {
    NumberFormat format = format(name);
    int index = Arrays.asList(ENCODE.getFirst()).indexOf(column);
    assertTrue(ENCODE.size() > 13_000);
    assertAll(ENCODE.stream().skip(1).map(row -> () -> {
      float input = Float.intBitsToFloat(Integer.parseUnsignedInt(row[0], 16));
      long code = format.encode(input, Rounding.NEAREST_EVEN);
      assertEquals(row[index], ("%0" + row[index].length() + "x").formatted(code), () -> name + " of " + row[0]);
    }));
  }

  /** Powers of two, by the rounding that the column is for. */
  @ParameterizedTest
  @CsvSource({"ue8m0_rz_satfinite,false", "ue8m0_rp_satfinite,true"})
  void encodeExponents(String column, boolean up) {
    Rounding rounding = up ? Rounding.AWAY_FROM_ZERO : Rounding.TOWARD_ZERO;
    int index = Arrays.asList(ENCODE.getFirst()).indexOf(column);
    assertAll(ENCODE.stream().skip(1).map(row -> () -> {
      float input = Float.intBitsToFloat(Integer.parseUnsignedInt(row[0], 16));
      assertEquals(row[index], "%02x".formatted(Formats.UE8M0.encode(input, rounding)), () -> "of " + row[0]);
    }));
  }

  /** What does not saturate: E5M2 as an IEEE 754 format; there is no such instruction. */
  @Test
  void encodeE5m2WithInfinity() {
    FloatFormat e5m2 = new FloatFormat("e5m2", 5, 2, 15, FloatFormat.Special.INFINITY_AND_NAN, "");
    int index = Arrays.asList(ENCODE.getFirst()).indexOf("e5m2_rn_nosat");
    assertAll(ENCODE.stream().skip(1).map(row -> () -> {
      float input = Float.intBitsToFloat(Integer.parseUnsignedInt(row[0], 16));
      assertEquals(row[index], "%02x".formatted(e5m2.encode(input, Rounding.NEAREST_EVEN)), () -> "of " + row[0]);
    }));
  }

  /** The hosts agree with the canonical NaN of PTX, all ones, for every NaN that goes in. */
  @Test
  void nanIsCanonical() {
    List<String[]> rows = ENCODE.stream().skip(1)
        .filter(row -> Float.isNaN(Float.intBitsToFloat(Integer.parseUnsignedInt(row[0], 16))))
        .toList();
    assertTrue(rows.size() >= 5);
    rows.forEach(row -> assertEquals(
        List.of("7fff", "7fff", "7f", "7f"), List.of(row[1], row[2], row[3], row[4]), () -> row[0]));
  }

  private static NumberFormat format(String name) {
    return Formats.all().stream().filter(format -> format.name().equals(name)).findFirst().orElseThrow();
  }

  private static List<String[]> rows(String file, Function<InputStream, InputStream> decoder) {
    try (InputStream stream = GoldenVectorsTest.class.getResourceAsStream("/golden/" + file);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(decoder.apply(stream), StandardCharsets.US_ASCII))) {
      return reader.lines().map(line -> line.split(",")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream unzipped(InputStream stream) {
    try {
      return new GZIPInputStream(stream);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
