package sample.accuracy;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Measures what block fallback can do for the samples, and writes the page. By hand; it takes minutes. */
public final class WriteFallbackPage {
  private WriteFallbackPage() {}

  /**
   * Measures and writes.
   *
   * @param args the project's folder and the page
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("give the folder of the project and the page");
      System.exit(2);
    }
    Path root = Path.of(args[0]);
    Files.writeString(Path.of(args[1]), FallbackPage.text(ImmutableList.copyOf(FallbackSubject.values()), root));
  }
}
