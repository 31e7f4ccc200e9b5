package sample.video;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import nibble.engine.file.SafetensorsFile;

/**
 * Makes {@code video-dit.safetensors}, {@code default-video.npy} and {@code default-step.npy} in a folder: {@code
 * MakeVideoDit FOLDER}. It makes the same files each time.
 */
public final class MakeVideoDit {
  /** Of the noise in the video. */
  static final double DEVIATION = 0.5;

  static final long SEED = 20221219;
  static final float STEP = 300;
  private static final int ALIGNMENT = 64;

  private MakeVideoDit() {}

  /** Makes the files. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("usage: MakeVideoDit FOLDER");
      System.exit(2);
    }
    Path folder = Path.of(arguments[0]);
    SafetensorsFile.write(
        folder.resolve("video-dit.safetensors"), DitWeights.make(SEED),
        Map.of("made by", MakeVideoDit.class.getName()));
    int edge = SyntheticVideo.EDGE;
    Files.write(
        folder.resolve("default-video.npy"),
        npy(noisy(SEED).latents(), 1, SyntheticVideo.FRAMES, edge, edge, SyntheticVideo.CHANNELS));
    Files.write(folder.resolve("default-step.npy"), npy(new float[] {STEP}, 1));
  }

  /** The video of a seed. */
  static SyntheticVideo clean(long seed) {
    return SyntheticVideo.clean(new SplittableRandom(seed));
  }

  /** The same with noise. */
  static SyntheticVideo noisy(long seed) {
    return clean(seed).noisy(DEVIATION, new SplittableRandom(~seed));
  }

  /** An array as NumPy stores it (format version 1.0). */
  private static byte[] npy(float[] values, int... extents) {
    String shape = IntStream.of(extents).mapToObj(it -> it + ",").collect(Collectors.joining());
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
    int start = (10 + header.length()) / ALIGNMENT * ALIGNMENT + ALIGNMENT;
    ByteBuffer buffer = ByteBuffer.allocate(start + values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) (start - 10));
    buffer.put(header.getBytes(StandardCharsets.US_ASCII));
    while (buffer.position() < start - 1) {
      buffer.put((byte) ' ');
    }
    buffer.put((byte) '\n');
    buffer.asFloatBuffer().put(values);
    return buffer.array();
  }
}
