package nibble.passes.attention.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import nibble.ir.Value;
import nibble.ir.diagnostic.InputException;
import nibble.ir.op.Compare.Kind;
import nibble.passes.PassOption;
import nibble.passes.spi.Plugin;
import nibble.passes.spi.Plugins;
import org.junit.jupiter.api.Test;

/** Sparse attentions as options, those of plugins among them. */
class SparseClauseTest {
  /** The blocks on the diagonal. */
  public record Diagonal(
      @PassOption(value = "rows of a block", otherwise = "64") long size) implements SparseAttention {
    @Override
    public Optional<String> obstacle(AttentionCall call) {
      return Optional.empty();
    }

    @Override
    public Value build(AttentionCall call, Arithmetic arithmetic) {
      Value isSame = arithmetic.compare(
          Kind.EQ, arithmetic.iota(Math.ceilDiv(call.queryCount(), size), -2),
          arithmetic.iota(Math.ceilDiv(call.keyCount(), size), -1));
      return call.select(arithmetic, isSame, size, size);
    }
  }

  /** Knows one more. */
  public static final class Diagonals implements Plugin {
    @Override
    public String name() {
      return "diagonals";
    }

    @Override
    public int spi() {
      return Plugin.SPI;
    }

    @Override
    public String version() {
      return "1";
    }

    @Override
    public <T> ImmutableList<T> extensions(Class<T> point) {
      return point == SparseAttention.Clause.class
          ? ImmutableList.of(point.cast(new SparseAttention.Clause("diagonal", Diagonal.class))) : ImmutableList.of();
    }
  }

  @Test
  void aPluginAddsOne() {
    Plugins plugins = Plugins.of(List.of(new Diagonals()));
    String text = "fuse-attention{sparse=diagonal(size=32)}";
    assertEquals(text, plugins.passes().print(plugins.passes().parse(text)));
    assertTrue(plugins.passes().parse("fuse-attention{sparse=sla(top=0.1)}").passes().size() == 1);
    InputException unknown = assertThrows(InputException.class, () -> Plugins.none().passes().parse(text));
    assertEquals("'diagonal' is not a sparse attention such as sparge(top = 0.5)", unknown.getMessage());
  }

  @Test
  void builtInOnesPrintWhatTheyRead() {
    for (String way : List.of("sparge", "sparge(top=0.5, keys=32)", "sparge2(mass=0.5)", "sla(profile=main, map=elu)",
        "sla2", "svg(frames=8)", "svg2(query-clusters=8, key-clusters=24)")) {
      String text = "fuse-attention{scheme=sage1, sparse=" + way + "}";
      assertEquals(text, Plugins.none().passes().print(Plugins.none().passes().parse(text)));
    }
    assertThrows(InputException.class, () -> Plugins.none().passes().parse("fuse-attention{sparse=svg}"));
  }
}
