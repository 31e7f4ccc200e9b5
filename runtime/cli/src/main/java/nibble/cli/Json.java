package nibble.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;
import nibble.ir.diagnostic.Diagnostic;

/** JSON objects of reports. Numbers that JSON can't write, infinities and NaN, are null. */
final class Json {
  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static void put(ObjectNode node, String field, double number) {
    if (Double.isFinite(number)) {
      node.put(field, number);
    } else {
      node.putNull(field);
    }
  }

  static ObjectNode of(Diagnostic diagnostic) {
    ObjectNode node = object();
    node.put("severity", diagnostic.severity().name().toLowerCase(Locale.ROOT));
    node.put("message", diagnostic.message());
    if (diagnostic.location().isKnown()) {
      node.put("file", diagnostic.location().file());
      node.put("line", diagnostic.location().line());
      node.put("column", diagnostic.location().column());
    }
    ArrayNode notes = node.putArray("notes");
    diagnostic.notes().forEach(notes::add);
    diagnostic.hint().ifPresent(hint -> node.put("hint", hint));
    return node;
  }

  static String text(ObjectNode node) {
    try {
      return JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static void print(ObjectNode node, PrintWriter out) {
    out.print(text(node));
  }
}
