package nibble.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;

/**
 * A command that was run within this process.
 *
 * @param args the command line
 * @param code what it ended with
 * @param out standard output
 * @param err standard error
 */
record CommandRun(List<String> args, int code, String out, String err) {
  /** Runs a command; arguments are anything, such as paths. */
  static CommandRun of(Object... args) {
    List<String> words = Stream.of(args).map(String::valueOf).toList();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Nibble.run(new Streams(new PrintWriter(out), new PrintWriter(err), false), words);
    return new CommandRun(words, code, out.toString(), err.toString());
  }

  /** The same, having ended like that. */
  CommandRun ended(ExitCode expected) {
    assertEquals(expected.code(), code, () -> "nibble " + String.join(" ", args) + "\n" + err + out);
    return this;
  }

  /** The same, having succeeded without a message. */
  CommandRun ok() {
    ended(ExitCode.OK);
    assertEquals("", err, () -> "nibble " + String.join(" ", args));
    return this;
  }

  /**
   * The same, having failed as a user can understand: with messages that contain these texts, without a result, and
   * without a stack trace.
   */
  CommandRun failed(ExitCode expected, String... texts) {
    ended(expected);
    assertTrue(err.startsWith("error: "), err);
    for (String text : texts) {
      assertTrue(err.contains(text), () -> "'" + text + "' is not in:\n" + err);
    }
    requireNoTrace();
    if (!args.contains("--json")) {
      assertEquals("", out);
    }
    return this;
  }

  /** The same, without the marks of a stack trace or of a Java exception. */
  CommandRun requireNoTrace() {
    String all = out + err;
    assertFalse(all.contains("\tat "), all);
    assertFalse(all.matches("(?s).*\\b(java|nibble|picocli)\\.[a-z.]+[A-Z]\\w*(Exception|Error)\\b.*"), all);
    return this;
  }

  /** The one object on standard output. */
  JsonNode json() {
    try {
      return JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + out, e);
    }
  }
}
