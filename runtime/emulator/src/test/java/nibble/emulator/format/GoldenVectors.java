package nibble.emulator.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** What the host conversions of CUDA's headers give: tables with one line for each code, or each number. */
public final class GoldenVectors {
  private GoldenVectors() {}

  private static List<String[]> rows(String file) {
    try (InputStream plain = GoldenVectors.class.getResourceAsStream("/golden/" + file);
        InputStream stream = file.endsWith(".gz") ? new GZIPInputStream(plain) : plain) {
      return new String(stream.readAllBytes(), StandardCharsets.US_ASCII).lines().map(it -> it.split(",")).toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Single-precision numbers by the codes of a format, such as {@code e4m3}. */
  public static float[] decoded(String format) {
    List<String[]> codes = rows("decode.csv").stream().filter(it -> it[0].equals(format)).toList();
    float[] values = new float[codes.size()];
    codes.forEach(it ->
        values[Integer.parseInt(it[1], 16)] = Float.intBitsToFloat(Integer.parseUnsignedInt(it[2], 16)));
    return values;
  }

  /** A column of the encodings: the bits of single-precision numbers, {@code f32_bits}, or their codes. */
  public static int[] encoded(String column) {
    List<String[]> rows = rows("encode.csv.gz");
    int index = List.of(rows.get(0)).indexOf(column);
    return rows.subList(1, rows.size()).stream().mapToInt(it -> Integer.parseUnsignedInt(it[index], 16)).toArray();
  }
}
