package sample.fashion;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * Images and their kinds, in the files of Fashion-MNIST (gzipped IDX).
 *
 * @param pixels grey levels, image by image and row by row
 * @param labels the kind of each
 * @param edge of an image
 */
public record FashionImages(byte[] pixels, byte[] labels, int edge) {
  private static final int IMAGES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;

  /**
   * Reads {@code NAME-images-idx3-ubyte.gz} and {@code NAME-labels-idx1-ubyte.gz}.
   *
   * @throws IOException where they can't be read, or are no such files
   */
  public static FashionImages read(Path folder, String name) throws IOException {
    byte[] labels;
    try (DataInputStream in = open(folder.resolve(name + "-labels-idx1-ubyte.gz"), LABELS_MAGIC)) {
      labels = in.readNBytes(in.readInt());
    }
    try (DataInputStream in = open(folder.resolve(name + "-images-idx3-ubyte.gz"), IMAGES_MAGIC)) {
      int count = in.readInt();
      int edge = in.readInt();
      if (count != labels.length || in.readInt() != edge) {
        throw new IOException(folder + ": " + name + " has no square image for each label");
      }
      byte[] pixels = in.readNBytes(count * edge * edge);
      if (pixels.length != count * edge * edge) {
        throw new IOException(folder + ": the images of " + name + " are cut off");
      }
      return new FashionImages(pixels, labels, edge);
    }
  }

  private static DataInputStream open(Path file, int magic) throws IOException {
    DataInputStream in = new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16));
    if (in.readInt() != magic) {
      in.close();
      throw new IOException(file + ": no file of Fashion-MNIST");
    }
    return in;
  }

  /** How many there are. */
  public int count() {
    return labels.length;
  }

  /** Writes the grey levels of an image to {@code to} from {@code at} on, mirrored or not. */
  void copy(int image, boolean mirrored, float[] to, int at) {
    int size = edge * edge;
    for (int i = 0; i < size; i++) {
      int from = mirrored ? i / edge * edge + edge - 1 - i % edge : i;
      to[at + i] = pixels[image * size + from] & 0xff;
    }
  }
}
