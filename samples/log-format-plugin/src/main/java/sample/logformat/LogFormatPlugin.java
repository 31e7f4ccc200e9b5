package sample.logformat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import nibble.ir.format.NumberFormat;
import nibble.passes.Pass;
import nibble.passes.spi.Plugin;

/** Adds the format {@code log5}, the pass {@code log-weights} and the recipe clause {@code log}. */
public final class LogFormatPlugin implements Plugin {
  /** Sign and four bits of exponent: 2^-14 to 1. */
  public static final LogFormat LOG5 = new LogFormat("log5", 4);

  @Override
  public int spi() {
    return Plugin.SPI;
  }

  @Override
  public String name() {
    return "log-format";
  }

  @Override
  public String version() {
    return "1.0";
  }

  @Override
  public ImmutableList<NumberFormat> formats() {
    return ImmutableList.of(LOG5);
  }

  @Override
  public ImmutableList<Class<? extends Pass>> passes() {
    return ImmutableList.of(LogWeights.class);
  }

  @Override
  public ImmutableMap<String, Class<? extends Pass>> clauses() {
    return ImmutableMap.of("log", LogWeights.class);
  }
}
