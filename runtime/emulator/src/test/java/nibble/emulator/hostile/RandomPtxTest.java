package nibble.emulator.hostile;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import nibble.emulator.table.SampleTexts;

/**
 * Random programs of the instruction table's instructions, with operands that may be those of others, labels and
 * branches anywhere, and variables of any size: they are refused with a line and a column, or run, or fault. As many
 * are tried as {@code -Djqwik.tries.default} says.
 */
class RandomPtxTest {
  private static final String HEAD =
      """
      .version 9.0
      .target %s
      .address_size 64
      .const .align 16 .b8 table[64];
      %s
      .visible .entry k(.param .align 16 .b8 n[64], .param .u64 memory, .param .u64 out)
      {
      .reg .b16 %%h<8>; .reg .b32 %%r<64>, %%acc, %%lane, %%meta; .reg .b64 %%rd<40>, %%g, %%s, %%out, %%policy;
      .reg .pred %%p<8>; .reg .b128 %%x<2>;
      .shared .align 256 .b8 tile[16384]; .local .align 16 .b8 depot[64]; .param .align 16 .b8 argument[64];
      ld.param.u64 %%g, [memory];
      ld.param.u64 %%out, [out];
      mov.u32 %%lane, %%tid.x;
      mov.u64 %%s, tile;
      cvta.shared.u64 %%s, %%s;
      mov.u64 %%policy, 0;
      mov.u32 %%meta, 0x44444444;
      setp.lt.u32 %%p4, %%lane, 7;
      mov.u64 %%rd16, %%g;
      mov.u64 %%rd17, %%s;
      """;

  private static final List<String> SAMPLES = SampleTexts.all();
  private static final int LABELS = 4;

  @Property(edgeCases = EdgeCasesMode.NONE)
  void randomPtxDoesNoHarm(@ForAll("programs") String program, @ForAll long seed) {
    new HostileRun().run(program, seed);
  }

  @Provide
  Arbitrary<String> programs() {
    Arbitrary<String> targets = Arbitraries.of("sm_75", "sm_80", "sm_89", "sm_90a", "sm_100a", "sm_120a");
    return Combinators.combine(targets, declarations(), statements().list().ofMaxSize(8))
        .as((target, declaration, statements) -> program(target, declaration, statements));
  }

  private static String program(String target, String declaration, List<String> statements) {
    StringBuilder text = new StringBuilder(HEAD.formatted(target, declaration));
    for (int i = 0; i < statements.size(); i++) {
      if (i % 3 == 0 && i / 3 < LABELS) {
        text.append("L").append(i / 3).append(":\n");
      }
      text.append(statements.get(i)).append('\n');
    }
    return text.append("ret;\n}\n").toString();
  }

  private static Arbitrary<String> statements() {
    Arbitrary<String> samples = Arbitraries.of(SAMPLES);
    Arbitrary<String> guarded = samples.map(sample -> "@%p4 " + sample);
    Arbitrary<Integer> places = Arbitraries.integers().between(0, 5);
    Arbitrary<String> mixed = Combinators.combine(samples, samples, places).as(RandomPtxTest::mix);
    Arbitrary<String> control =
        Arbitraries.of(
            "@%p4 bra L0;", "bra L1;", "@!%p4 bra.uni L2;", "L3: exit;", "@%p5 ret;", "trap;", "bar.sync 0;",
            "{ .reg .b32 %r1; }",
            "call (argument), k, (memory);", "brkpt;", ".loc 1 2 3", "mov.u64 %rd18, v;", "ld.b8 %r1, [v+4];",
            "st.shared.b8 [v], %r1;", "$T: .branchtargets L0, L1; brx.idx %lane, $T;",
            "atom.shared.add.u32 %r1, [tile+16383], 1;", "ld.u32 %r1, [%rd16+-1];", "st.global.u64 [%rd17], %rd16;");
    Arbitrary<String> declared = declarations().map(it -> it.replace(".global", ".shared"));
    return Arbitraries.frequencyOf(
        Tuple.of(6, samples), Tuple.of(2, guarded), Tuple.of(2, mixed),
        Tuple.of(2, control), Tuple.of(1, declared));
  }

  /** An instruction of which one operand is another's. */
  private static String mix(String sample, String other, int index) {
    String[] own = sample.replace(";", "").split("(?<=,) ");
    String[] others = other.replace(";", "").split("(?<=,) ");
    String taken = others[index % others.length].replace(",", "");
    int at = index % own.length;
    own[at] = at == 0 ? own[0].split(" ")[0] + " " + taken : taken;
    return String.join(", ", own).replace(",,", ",") + ";";
  }

  private static Arbitrary<String> declarations() {
    Arbitrary<String> spaces = Arbitraries.of(".global", ".const", ".shared", ".local", ".param", ".reg");
    Arbitrary<String> types =
        Arbitraries.of(
            ".b8", ".u32", ".b64", ".v4 .f32", ".pred", ".b128", ".align 4096 .b8", ".align 2147483648 .b8",
            ".align 3 .b8");
    Arbitrary<String> sizes =
        Arbitraries.of(
            "", "[4]", "[]", "[0]", "[-1]", "[65536]", "[1073741824]", "[4294967296]", "[1099511627776]",
            "[9223372036854775807]",
            "[3][5]", "[65536][65536][65536]", "<3>", "<1000000000>", "<0>", "[2] = {1, 2, 3}",
            "[2] = {table, 0xff00(table)}", " = 1/0");
    Arbitrary<String> declarations =
        Combinators.combine(spaces, types, sizes).as((space, type, size) -> space + " " + type + " v" + size + ";");
    return Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just("")), Tuple.of(1, declarations));
  }
}
