package nibble.emulator.table;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nibble.emulator.Argument;
import nibble.emulator.KernelRun;
import nibble.emulator.Tier;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every load, store, atomic and reduction of the table moves the bytes that it should, or computes what it should. */
class MemoryFormsTest {
  private static final int BYTES = 64;
  private static final int SAMPLES = 6;
  private static final Pattern TYPE = Pattern.compile("[a-z]+(\\d+)(x2)?");

  private static final String KERNEL =
      """
      .version %s
      .target %s
      .address_size 64
      .const .align 64 .b8 table[64] = {%s};
      .visible .entry k(.param .align 64 .b8 n[64], .param .u64 memory, .param .u64 out)
      {
      .reg .b%d %%v<8>, %%y<8>, %%d<8>; .reg .b64 %%g, %%out, %%policy, %%lo, %%hi, %%copy; .reg .b16 %%byte;
      .shared .align 64 .b8 tile[64]; .local .align 64 .b8 depot[64]; .param .align 64 .b8 argument[64];
      ld.param.u64 %%g, [memory]; ld.param.u64 %%out, [out]; mov.u64 %%policy, 0;
      %s
      ret;
      }
      """;

  private static Stream<DynamicTest> rows(
      List<String> mnemonics, BiFunction<Case, byte[], byte[]> expected) {
    return FormTable.standard().forms().stream()
        .filter(it -> it.group().equals("memory") && mnemonics.contains(it.pattern().mnemonic()))
        .map(
            form ->
                DynamicTest.dynamicTest(
                    form.toString(),
                    () -> {
                      List<FormSampler.Sample> samples = FormSampler.samples(form);
                      for (int i = 0; i < Math.min(SAMPLES, samples.size()); i++) {
                        Case it = new Case(samples.get(i * samples.size() / Math.min(SAMPLES, samples.size())));
                        byte[] memory = it.memory();
                        assertArrayEquals(expected.apply(it, memory), it.run(memory), it.opcode());
                      }
                    }));
  }

  /** An instruction that is executed by one thread. */
  private record Case(FormSampler.Sample sample) {
    String opcode() {
      return sample.opcode();
    }

    boolean has(String modifier) {
      return List.of(opcode().split("\\.")).contains(modifier);
    }

    String type() {
      return opcode().substring(opcode().lastIndexOf('.') + 1);
    }

    /** Bits of a register. */
    int bits() {
      Matcher matcher = TYPE.matcher(type());
      if (!matcher.matches()) {
        throw new IllegalArgumentException(type());
      }
      return Integer.parseInt(matcher.group(1)) * (matcher.group(2) == null ? 1 : 2);
    }

    int count() {
      return has("v2") ? 2 : has("v4") ? 4 : has("v8") ? 8 : 1;
    }

    int size() {
      return count() * bits() / 8;
    }

    /** The plain name of the space. */
    String space() {
      Matcher matcher = Pattern.compile("\\.(global|shared|local|const|param)").matcher(opcode());
      return matcher.find() ? matcher.group(1) : "global";
    }

    String place(String global) {
      return switch (space()) {
        case "shared" -> "tile";
        case "local" -> "depot";
        case "const" -> "table";
        case "param" -> opcode().startsWith("st") ? "argument" : "n";
        default -> global;
      };
    }

    String registers(String bank) {
      return count() == 1
          ? "%" + bank + "0"
          : IntStream.range(0, count()).mapToObj(i -> "%" + bank + i).collect(Collectors.joining(", ", "{", "}"));
    }

    String policy() {
      return has("L2::cache_hint") ? ", %policy" : "";
    }

    byte[] memory() {
      byte[] memory = new byte[2 * BYTES];
      if (opcode().matches("(atom|red).*")) {
        Numbers.fill(this, memory);
      } else {
        for (int i = 0; i < memory.length; i++) {
          memory[i] = (byte) (i * 37 + 11);
        }
      }
      return memory;
    }

    /** Registers of 128 bits are moved in halves. */
    String transfer(boolean isLoad, String bank, String base, int offset) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < count(); i++) {
        String place = "[" + base + "+" + (offset + i * bits() / 8) + "]";
        String register = "%" + bank + i;
        String access = isLoad ? "ld" : "st";
        if (bits() == 128) {
          text.append(
              isLoad
                  ? "ld.global.v2.b64 {%%lo, %%hi}, %s; mov.b128 %s, {%%lo, %%hi};\n".formatted(place, register)
                  : "mov.b128 {%%lo, %%hi}, %s; st.global.v2.b64 %s, {%%lo, %%hi};\n".formatted(register, place));
        } else {
          text.append("%s.global.b%d %s;\n".formatted(
              access, bits(), isLoad ? register + ", " + place : place + ", " + register));
        }
      }
      return text.toString();
    }

    private String copy(String load, String from, String store, String to) {
      return IntStream.range(0, BYTES)
          .mapToObj(i -> "%s.b8 %%byte, [%s+%d]; %s.b8 [%s+%d], %%byte;\n".formatted(load, from, i, store, to, i))
          .collect(Collectors.joining());
    }

    String body() {
      boolean isOwn = space().matches("shared|local");
      String fill = isOwn ? copy("ld.global", "%g", "st." + space(), place("")) : "";
      String back = isOwn ? copy("ld." + space(), place(""), "st.global", "%g") : "";
      return switch (opcode().substring(0, 2)) {
        case "ld" ->
            fill + opcode() + " " + registers("v") + ", [" + place("%g") + "]" + policy() + ";\n"
                + transfer(false, "v", "%out", 0);
        case "st" -> {
          String store = opcode() + " [" + place("%out") + "], " + registers("v") + policy() + ";\n";
          boolean isElsewhere = !space().equals("global");
          yield transfer(true, "v", "%g", 0) + store
              + (isElsewhere ? copy("ld." + space(), place(""), "st.global", "%out") : "");
        }
        case "at" -> {
          String compare = has("cas") ? ", " + registers("v") : "";
          yield fill + transfer(true, "v", "%g", 0) + transfer(true, "y", "%g", BYTES)
              + opcode() + " " + registers("d") + ", [" + place("%g") + "]" + compare + ", " + registers("y") + policy()
              + ";\n" + back + transfer(false, "d", "%out", 0);
        }
        default ->
            fill + transfer(true, "y", "%g", BYTES)
                + opcode() + " [" + place("%g") + "], " + registers("y") + policy() + ";\n" + back
                + transfer(true, "d", "%g", 0) + transfer(false, "d", "%out", 0);
      };
    }

    /** What is in memory {@code out} and, behind it, in {@code memory}. */
    byte[] run(byte[] memory) {
      SamplePlace place = SamplePlace.of(sample);
      int registers = opcode().matches("(ld|st).*") ? Math.max(16, bits()) : bits();
      String table =
          IntStream.range(0, BYTES).mapToObj(i -> String.valueOf(memory[i] & 0xff)).collect(Collectors.joining(", "));
      String ptx = KERNEL.formatted(place.version(), place.target(), table, registers, body());
      KernelRun.Outcome outcome =
          KernelRun.of(ptx)
              .grid(1, 1)
              .argument(Argument.of(Arrays.copyOf(memory, BYTES)))
              .buffer("memory", memory)
              .buffer("out", BYTES)
              .run(Tier.COMPILED);
      byte[] result = Arrays.copyOf(outcome.buffers().get("out"), 2 * BYTES);
      System.arraycopy(outcome.buffers().get("memory"), 0, result, BYTES, BYTES);
      return result;
    }
  }

  /** Operands of atomics: numbers that every type has, and what comes of them. */
  private static final class Numbers {
    private static final int[] OLD = {3, 9, 5, 7, 4, 6, 2, 8, 1, 12, 10, 11, 13, 3, 9, 5};
    private static final int[] NEW = {6, 2, 5, 8, 1, 9, 7, 3, 4, 10, 12, 2, 6, 9, 1, 5};

    private static String element(Case it) {
      return it.type().replace("x2", "");
    }

    private static int elements(Case it) {
      return it.count() * (it.type().endsWith("x2") ? 2 : 1);
    }

    private static void put(ByteBuffer bytes, int at, String type, int value) {
      switch (type) {
        case "f32" -> bytes.putFloat(at, value);
        case "f64" -> bytes.putDouble(at, value);
        case "f16" -> bytes.putShort(at, Float.floatToFloat16(value));
        case "bf16" -> bytes.putShort(at, (short) (Float.floatToRawIntBits(value) >>> 16));
        case "b128" -> {
          bytes.putLong(at, value);
          bytes.putLong(at + 8, 3L * value);
        }
        default -> {
          if (type.endsWith("64")) {
            bytes.putLong(at, value);
          } else if (type.endsWith("16")) {
            bytes.putShort(at, (short) value);
          } else {
            bytes.putInt(at, value);
          }
        }
      }
    }

    static void fill(Case it, byte[] memory) {
      ByteBuffer bytes = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
      int size = it.size() / elements(it);
      for (int i = 0; i < elements(it); i++) {
        put(bytes, i * size, element(it), OLD[i]);
        put(bytes, BYTES + i * size, element(it), NEW[i]);
      }
    }

    private static int compute(Case it, int x, int y) {
      if (it.has("add")) {
        return x + y;
      }
      if (it.has("min")) {
        return Math.min(x, y);
      }
      if (it.has("max")) {
        return Math.max(x, y);
      }
      if (it.has("and")) {
        return x & y;
      }
      if (it.has("or")) {
        return x | y;
      }
      if (it.has("xor")) {
        return x ^ y;
      }
      if (it.has("inc")) {
        return x >= y ? 0 : x + 1;
      }
      if (it.has("dec")) {
        return x == 0 || x > y ? y : x - 1;
      }
      // exch, and cas whose comparison succeeds
      return y;
    }

    static byte[] result(Case it) {
      byte[] result = new byte[BYTES];
      int size = it.size() / elements(it);
      for (int i = 0; i < elements(it); i++) {
        put(ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN), i * size, element(it), compute(it, OLD[i], NEW[i]));
      }
      return result;
    }
  }

  private static byte[] behind(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, 2 * BYTES);
    System.arraycopy(second, 0, both, BYTES, BYTES);
    return both;
  }

  private static byte[] firstBytes(byte[] memory, int count) {
    return Arrays.copyOf(Arrays.copyOf(memory, count), BYTES);
  }

  @TestFactory
  Stream<DynamicTest> loads() {
    return rows(List.of("ld", "ldu"), (it, memory) -> behind(firstBytes(memory, it.size()), memory));
  }

  /** What is stored elsewhere than in global memory is copied from there with what was there before. */
  @TestFactory
  Stream<DynamicTest> stores() {
    return FormTable.standard().forms().stream()
        .filter(it -> it.group().equals("memory") && it.pattern().mnemonic().equals("st"))
        .map(
            form ->
                DynamicTest.dynamicTest(
                    form.toString(),
                    () -> {
                      List<FormSampler.Sample> samples = FormSampler.samples(form);
                      for (int i = 0; i < Math.min(SAMPLES, samples.size()); i++) {
                        Case it = new Case(samples.get(i * samples.size() / Math.min(SAMPLES, samples.size())));
                        byte[] memory = it.memory();
                        byte[] found = Arrays.copyOf(it.run(memory), it.size());
                        assertArrayEquals(Arrays.copyOf(memory, it.size()), found, it.opcode());
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> atomics() {
    return rows(
        List.of("atom"),
        (it, memory) -> behind(firstBytes(memory, it.size()), Numbers.result(it)));
  }

  @TestFactory
  Stream<DynamicTest> reductions() {
    return rows(
        List.of("red"),
        (it, memory) -> behind(Numbers.result(it), Numbers.result(it)));
  }

  private static final Pattern HINT =
      Pattern.compile(
          "(fence|membar|prefetchu?|createpolicy|discard|applypriority|pmevent|brkpt|nanosleep|griddepcontrol"
              + "|setmaxnreg|cp\\.async\\.bulk\\.prefetch).*");

  /** Fences, hints and prefetches change nothing. */
  @TestFactory
  Stream<DynamicTest> hints() {
    return FormTable.standard().forms().stream()
        .filter(it -> HINT.matcher(it.text()).matches())
        .map(
            form ->
                DynamicTest.dynamicTest(
                    form.text(),
                    () -> {
                      List<FormSampler.Sample> samples = FormSampler.samples(form);
                      SamplePlace place = samples.stream().map(SamplePlace::of).reduce(SamplePlace::and).orElseThrow();
                      byte[] memory = new byte[16384];
                      for (int i = 0; i < memory.length; i++) {
                        memory[i] = (byte) (i * 7);
                      }
                      KernelRun.Outcome outcome =
                          KernelRun.of(SampleKernel.write(place, samples, true))
                              .argument(Argument.of(new byte[128]))
                              .buffer("memory", memory)
                              .buffer("maps", buffers -> TableExecutionTest.maps(buffers.get("memory").address()))
                              .buffer("out", 128)
                              .run();
                      assertArrayEquals(memory, outcome.buffers().get("memory"));
                      if (samples.stream().allMatch(it -> it.results().isEmpty())) {
                        assertEquals(0, Arrays.stream(outcome.ints("out")).filter(it -> it != 0).count());
                      }
                    }));
  }
}
