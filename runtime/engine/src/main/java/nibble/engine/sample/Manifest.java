package nibble.engine.sample;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import java.util.Map;

/**
 * What a sample folder's {@code nibble.json} says; null where it says nothing. Paths are relative to the folder.
 *
 * @param model the model file
 * @param entry the function to run
 * @param weights where the weights are
 * @param tokenizer how texts become inputs
 * @param inputs the inputs when none are given
 * @param calibration inputs for passes that want many; the other inputs where not said
 * @param classes what the columns of the first output stand for, where the largest of a row says what the row is
 * @param recipes folders that are searched for recipes
 */
record Manifest(
    @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String model,
    @JsonProperty String entry,
    @JsonProperty Weights weights,
    @JsonProperty Tokenizer tokenizer,
    @JsonProperty Inputs inputs,
    @JsonProperty Inputs calibration,
    @JsonProperty List<String> classes,
    @JsonProperty List<String> recipes) {

  /**
   * Where the weights are.
   *
   * @param files the first of these that exists
   * @param build the command that makes them
   */
  record Weights(
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) List<String> files, @JsonProperty String build) {}

  /**
   * How texts become inputs.
   *
   * @param file a {@code tokenizer.json}
   * @param maxLength tokens after which a text is cut
   * @param multiple what the length of a batch is padded to a multiple of; 1 where not said
   * @param ids the parameter that takes token numbers
   * @param mask the parameter that takes 1 for a token and 0 for padding; none where not said
   */
  record Tokenizer(
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String file,
      @JsonProperty(required = true) int maxLength,
      @JsonProperty Integer multiple,
      @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) String ids,
      @JsonProperty String mask) {}

  /**
   * Inputs.
   *
   * @param text a file with a text on each line
   * @param arrays a {@code .npy} file for each parameter
   * @param labels a file with the class of each row, one on a line
   */
  record Inputs(
      @JsonProperty String text, @JsonProperty Map<String, String> arrays, @JsonProperty String labels) {}
}
