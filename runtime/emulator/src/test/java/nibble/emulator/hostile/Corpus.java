package nibble.emulator.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import nibble.emulator.check.PlantedFault;

/** PTX that compilers and people have written, whole and in words, to be spoilt. */
final class Corpus {
  private static final Pattern WORD = Pattern.compile("//[^\\n]*|[\\w.$%:]+|\\s+|.", Pattern.DOTALL);

  private final List<String> texts;
  private final List<String> words;

  private Corpus(List<String> texts) {
    this.texts = List.copyOf(texts);
    Set<String> distinct = new LinkedHashSet<>();
    texts.forEach(text -> distinct.addAll(words(text)));
    distinct.removeIf(String::isBlank);
    words = List.copyOf(distinct);
  }

  /** What nvcc made of the test kernels, and the kernels with planted faults. */
  static Corpus read() {
    try (Stream<Path> files = Files.list(Path.of(Corpus.class.getResource("../cuda").toURI()))) {
      List<String> texts = new ArrayList<>();
      for (Path file : files.filter(it -> it.toString().endsWith(".ptx")).sorted().toList()) {
        texts.add(Files.readString(file));
      }
      for (String file : PlantedFault.FILES) {
        PlantedFault.read(file).forEach(fault -> texts.add(fault.text(true)));
      }
      return new Corpus(texts);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    } catch (URISyntaxException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  List<String> texts() {
    return texts;
  }

  /** All words of all texts, each once. */
  List<String> words() {
    return words;
  }

  /** A text in words, marks and spaces; joined they are the text. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }
}
