package nibble.engine.sample;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.stream.Collectors;
import nibble.engine.file.FileReading;
import nibble.ir.Location;
import nibble.ir.diagnostic.Diagnostic;
import nibble.ir.diagnostic.InputException;
import nibble.ir.diagnostic.Suggestion;

/** Reads manifests. */
final class ManifestReader {
  private ManifestReader() {}

  /**
   * Reads a manifest.
   *
   * @throws InputException where it can't be read or says what no manifest says, with the place
   */
  static Manifest read(Path file) {
    JsonMapper mapper = JsonMapper.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .defaultSetterInfo(JsonSetter.Value.construct(Nulls.DEFAULT, Nulls.FAIL))
        .build();
    String text = FileReading.text(file);
    try {
      return mapper.readValue(text, Manifest.class);
    } catch (UnrecognizedPropertyException e) {
      String name = e.getPropertyName();
      Diagnostic unknown = Diagnostic.error("the manifest has no field '" + name + "'", placeOf(name, text, file));
      throw new InputException(unknown.hint(Suggestion
          .didYouMean(name, e.getKnownPropertyIds().stream().map(String::valueOf).toList())
          .orElse("known here are " + e.getKnownPropertyIds().stream().map(String::valueOf).sorted()
              .collect(Collectors.joining(", ")))));
    } catch (MismatchedInputException e) {
      throw mismatch(file, e);
    } catch (JsonProcessingException e) {
      throw new InputException(Diagnostic.error(firstLine(e.getOriginalMessage()), place(file, e.getLocation())));
    }
  }

  private static InputException mismatch(Path file, MismatchedInputException e) {
    String path = e.getPath().stream()
        .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
        .collect(Collectors.joining())
        .replaceFirst("^\\.", "");
    if (e.getOriginalMessage().startsWith("Missing required creator property")) {
      return new InputException(Diagnostic.error(
          "the manifest has no '" + path + "', which it needs", place(file, e.getLocation())));
    }
    String what = path.isEmpty() ? "the manifest is wrong: " : "the manifest's '" + path + "' is wrong: ";
    return new InputException(Diagnostic.error(what + firstLine(e.getOriginalMessage()), place(file, e.getLocation())));
  }

  // Jackson notices an unknown field when the object around it ends.
  private static Location placeOf(String field, String text, Path file) {
    String before = text.substring(0, Math.max(0, text.indexOf("\"" + field + "\"")));
    int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
    return Location.of(file.toString(), line, before.length() - before.lastIndexOf('\n'));
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }

  private static Location place(Path file, JsonLocation at) {
    return at == null ? Location.UNKNOWN : Location.of(file.toString(), at.getLineNr(), at.getColumnNr());
  }
}
