package nibble.engine.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Lists;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nibble.ir.diagnostic.InputException;

/**
 * A tokenizer as a {@code tokenizer.json} describes it (the format of the Hugging Face tokenizers library, which runs
 * it). Nothing is ever downloaded.
 */
public final class TextTokenizer implements AutoCloseable {
  private final Path file;
  private final HuggingFaceTokenizer tokenizer;

  private TextTokenizer(Path file, HuggingFaceTokenizer tokenizer) {
    this.file = file;
    this.tokenizer = tokenizer;
  }

  /**
   * Reads a tokenizer.
   *
   * @param file a {@code tokenizer.json}
   * @param maxLength tokens after which a text is cut, those that mark its ends included
   * @param multiple what the length of a batch is a multiple of
   * @throws InputException where the file is missing or no tokenizer, or the library can't be loaded
   */
  public static TextTokenizer open(Path file, int maxLength, int multiple) {
    if (maxLength < 2 || multiple < 1 || maxLength % multiple != 0) {
      throw new InputException(
          "a tokenizer can't cut texts after " + maxLength + " tokens and pad them to a multiple of " + multiple,
          "make the maximum length a positive multiple of it");
    }
    if (!Files.isReadable(file)) {
      throw new InputException(file + ": there is no such tokenizer file");
    }
    TokenizerLibrary.prepare();
    try {
      // "true" pads to the longest of a batch.
      return new TextTokenizer(file, HuggingFaceTokenizer.newInstance(file, ImmutableMap.of(
          "truncation", "true",
          "maxLength", String.valueOf(maxLength),
          "modelMaxLength", String.valueOf(maxLength),
          "padding", "true",
          "padToMultipleOf", String.valueOf(multiple))));
    } catch (IOException | RuntimeException e) {
      throw new InputException(file + ": is no tokenizer that can be read: " + e.getMessage());
    } catch (LinkageError e) {
      throw new InputException("the native tokenizer library can't be loaded: " + e.getMessage());
    }
  }

  /**
   * The tokens of some texts, padded to the longest and then to the multiple.
   *
   * @throws InputException where there are none
   */
  public TokenBatch encode(List<String> texts) {
    if (texts.isEmpty()) {
      throw new InputException(file + ": there is no text to be tokenized");
    }
    Encoding[] encodings = tokenizer.batchEncode(texts, true, false);
    int columns = encodings[0].getIds().length;
    int[] ids = new int[texts.size() * columns];
    int[] mask = new int[ids.length];
    for (int row = 0; row < encodings.length; row++) {
      for (int column = 0; column < columns; column++) {
        ids[row * columns + column] = Math.toIntExact(encodings[row].getIds()[column]);
        mask[row * columns + column] = Math.toIntExact(encodings[row].getAttentionMask()[column]);
      }
    }
    return new TokenBatch(texts.size(), columns, ids, mask);
  }

  /** Texts that are padded to the same length together, the shortest first, at most so many in a batch. */
  public ImmutableList<TokenBatch> batches(List<String> texts, int most) {
    Map<Integer, List<String>> byLength = new TreeMap<>();
    for (String text : texts) {
      byLength.computeIfAbsent(encode(List.of(text)).columns(), columns -> new ArrayList<>()).add(text);
    }
    return byLength.values().stream()
        .flatMap(equal -> Lists.partition(equal, most).stream())
        .map(this::encode)
        .collect(ImmutableList.toImmutableList());
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
