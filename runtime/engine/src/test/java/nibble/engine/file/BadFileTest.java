package nibble.engine.file;

import static nibble.engine.file.OnnxBytes.graph;
import static nibble.engine.file.OnnxBytes.head;
import static nibble.engine.file.OnnxBytes.message;
import static nibble.engine.file.OnnxBytes.model;
import static nibble.engine.file.OnnxBytes.packedFloats;
import static nibble.engine.file.OnnxBytes.raw;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import nibble.ir.diagnostic.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that lie about themselves. */
class BadFileTest {
  @TempDir
  private Path folder;

  /** What is said when each tensor of the file is read, without the path in front. */
  private String complaint(String name, byte[] content) throws IOException {
    Path path = Files.write(folder.resolve(name), content);
    InputException error = assertThrows(InputException.class, () -> {
      try (WeightFile file = WeightFile.open(path)) {
        file.names().forEach(file::tensor);
      }
    });
    String message = error.getMessage();
    assertEquals(path + ": ", message.substring(0, Math.min(message.length(), path.toString().length() + 2)));
    return message.substring(path.toString().length() + 2);
  }

  private static byte[] safetensors(String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(
        text).array();
  }

  private String safetensorsComplaint(String header, int data) throws IOException {
    return complaint("m.safetensors", safetensors(header, data));
  }

  private static byte[] npy(String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(10 + text.length + data).order(ByteOrder.LITTLE_ENDIAN)
        .put(NpyHeader.MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length).put(text).array();
  }

  private static byte[] npyOfShape(String shape, int data) {
    return npy("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}", data);
  }

  @Test
  void safetensors() throws IOException {
    assertEquals(
        "tensor 'a' claims the bytes 0 to 8 of the data, but the file has only 4",
        safetensorsComplaint("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 4));
    assertEquals(
        "tensor 'b' overlaps the tensor 'a'",
        safetensorsComplaint(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[2,6]}}", 6));
    assertEquals(
        "the bytes 0 to 2 of the data belong to no tensor",
        safetensorsComplaint("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}", 4));
    assertEquals(
        "the last 3 bytes belong to no tensor",
        safetensorsComplaint("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 4));
    assertEquals(
        "tensor 'a' has 4 bytes, but its type tensor<[2] x f32> takes 8",
        safetensorsComplaint("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4));
    assertEquals(
        "tensor 'a' claims the negative extent -2 in its shape [-2,-2]",
        safetensorsComplaint("{\"a\":{\"dtype\":\"U8\",\"shape\":[-2,-2],\"data_offsets\":[0,4]}}", 4));
    assertEquals(
        "tensor 'a' claims the shape [4294967296,4294967296], more elements than the 2147483631 that can be read",
        safetensorsComplaint("{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0));
    assertEquals(
        "tensor 'a' claims the bytes 4 to 0",
        safetensorsComplaint("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[4,0]}}", 4));
    assertEquals(
        "tensor 'a' claims the extent or offset '99999999999999999999'",
        safetensorsComplaint("{\"a\":{\"dtype\":\"U8\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", 4));
    assertEquals(
        "tensor 'a' has elements of type 'U16', which Nibble has no number format for",
        safetensorsComplaint("{\"a\":{\"dtype\":\"U16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4));
    assertEquals(
        "its header is no sound JSON: Duplicate field 'a'",
        safetensorsComplaint(
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{\"dtype\":\"U8\",\"shape\":[0],"
                + "\"data_offsets\":[0,0]}}", 0));
    assertEquals(
        "tensor 'a' lacks its dtype, its shape or its two data_offsets",
        safetensorsComplaint("{\"a\":{\"dtype\":\"U8\"}}", 0));
  }

  @Test
  void safetensorsHeaders() throws IOException {
    assertEquals("is cut off: it has 3 bytes and no header", complaint("short.safetensors", new byte[3]));
    byte[] huge = safetensors("{}", 0);
    huge[7] = (byte) 0x80;
    assertEquals(
        "claims a header of 9223372036854775810 bytes; at most 104857600 are read",
        complaint("huge.safetensors", huge));
    byte[] beyond = safetensors("{}", 0);
    beyond[1] = 1;
    assertEquals("the header takes 258 bytes at 8, but the file ends at 10", complaint("beyond.safetensors", beyond));
  }

  @Test
  void npy() throws IOException {
    assertEquals(
        "tensor 'm' claims the type tensor<[3] x f32> of 12 bytes, but 11 bytes follow its header: it is cut off",
        complaint("m.npy", npyOfShape("(3,)", 11)));
    assertEquals(
        "tensor 'm' claims the type tensor<[3] x f32> of 12 bytes, but 13 bytes follow its header",
        complaint("m.npy", npyOfShape("(3,)", 13)));
    assertEquals(
        "tensor 'm' claims the shape [99999999999,99999999999], more elements than the 2147483631 that can be read",
        complaint("m.npy", npyOfShape("(99999999999, 99999999999)", 0)));
    assertEquals(
        "tensor 'm' claims the negative extent -1 in its shape [-1]", complaint("m.npy", npyOfShape("(-1,)", 0)));
    assertEquals(
        "tensor 'm' has a header that can't be read: the integer '99999999999999999999' is too large",
        complaint("m.npy", npyOfShape("(99999999999999999999,)", 0)));
    assertEquals(
        "tensor 'm' has a header that can't be read: expected ':' at column 9 of the header",
        complaint("m.npy", npy("{'descr'", 0)));
    assertEquals(
        "tensor 'm' has a header that can't be read: the header is nested too deep",
        complaint("m.npy", npyOfShape("(".repeat(2000), 0)));
    assertEquals(
        "tensor 'm' claims 40 axes; at most 32 are read", complaint(
            "m.npy", npyOfShape("(" + "1,".repeat(40) + ")", 4)));
    byte[] long2 = npyOfShape("(1,)", 4);
    long2[9] = 0x7f;
    assertEquals(
        "tensor 'm' claims a header of " + ((0x7f << 8) + (long2[8] & 0xff)) + " bytes, but there are "
            + (long2.length - 10),
        complaint("m.npy", long2));
    byte[] version = npyOfShape("(1,)", 4);
    version[6] = 9;
    assertEquals("tensor 'm' is a NumPy array of version 9; known are 1 to 3", complaint("m.npy", version));
  }

  private static byte[] npz(byte[] member) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("w.npy"));
      zip.write(member);
    }
    return bytes.toByteArray();
  }

  /** Changes the little-endian 32-bit number at that place of the only directory entry. */
  private static byte[] withDirectoryField(byte[] zip, int field, int value) {
    byte[] changed = zip.clone();
    int at = zip.length - 22 - 46 - "w.npy".length();
    ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at + field, value);
    return changed;
  }

  @Test
  void npz() throws IOException {
    byte[] sound = npz(npyOfShape("(2,)", 8));
    assertEquals(
        "is a damaged archive: it has no end record; is it cut off?",
        complaint("m.npz", Arrays.copyOf(sound, sound.length - 1)));
    assertEquals(
        "the member 'w.npy' is damaged: its checksum does not fit",
        complaint("m.npz", withDirectoryField(sound, 16, 1)));
    assertEquals(
        "tensor 'w' claims the type tensor<[2] x f32> of 8 bytes, but 1008 bytes follow its header",
        complaint("m.npz", withDirectoryField(sound, 24, 1000 + npyOfShape("(2,)", 8).length)));
    int packed = ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getInt(sound.length - 22 - 46 - 5 + 20);
    assertEquals(
        "the archive claims that 'w.npy' unpacks from " + packed + " to 2000000000 bytes, which can't be",
        complaint("m.npz", withDirectoryField(sound, 24, 2_000_000_000)));
    assertEquals(
        "member 'w.npy' takes 30 bytes at 99999999, but the file ends at " + sound.length,
        complaint("m.npz", withDirectoryField(sound, 42, 99_999_999)));
    assertEquals(
        "is a damaged archive: its member 'w.npy' lacks the ZIP64 sizes that it announces",
        complaint("m.npz", withDirectoryField(sound, 24, -1)));
    byte[] header = npyOfShape("(250,)", 0);
    assertEquals(
        "the member 'w.npy' ends after " + (header.length + 8) + " of the " + (header.length + 1000)
            + " bytes that it claims",
        complaint("m.npz", withDirectoryField(npz(npyOfShape("(250,)", 8)), 24, header.length + 1000)));
  }

  @Test
  void npzMembersThatOverlap() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : List.of("v.npy", "w.npy")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(npyOfShape("(2,)", 8));
      }
    }
    // The second entry of the directory refers to the first member.
    byte[] overlapping = withDirectoryField(bytes.toByteArray(), 42, 0);
    assertEquals("is a damaged archive: its members 'v.npy' and 'w.npy' overlap", complaint("m.npz", overlapping));
  }

  private String onnxComplaint(byte[]... initializers) throws IOException {
    return complaint("m.onnx", model(graph(List.of(), List.of(initializers))));
  }

  @Test
  void onnx() throws IOException {
    assertEquals(
        "tensor 't' has 3 bytes, but its type tensor<[1] x f32> takes 4",
        onnxComplaint(message(head("t", 1, 1), raw(new byte[3]))));
    assertEquals(
        "tensor 't' has 1 of the 2 numbers that its shape [2] takes",
        onnxComplaint(message(head("t", 1, 2), packedFloats(1))));
    assertEquals(
        "tensor 't' has more numbers than its shape [1] takes",
        onnxComplaint(message(head("t", 1, 1), packedFloats(1, 2))));
    assertEquals(
        "tensor 't' claims the type tensor<[1000000000] x f32>, but only 11 bytes describe it",
        onnxComplaint(message(head("t", 1, 1_000_000_000))));
    assertEquals(
        "tensor 't' claims the negative extent -1 in its shape [-1]", onnxComplaint(message(head("t", 1, -1))));
    assertEquals(
        "tensor 't' is in the file twice",
        onnxComplaint(message(head("t", 3, 1), raw((byte) 1)), message(head("t", 3, 1), raw((byte) 1))));
    byte[] model = model(graph(List.of(), List.of(message(head("t", 3, 100), raw(new byte[100])))));
    assertEquals(
        "is no sound ONNX file: a field of 118 bytes begins at 12 of 60",
        complaint("m.onnx", Arrays.copyOf(model, 60)));
    assertEquals("is no sound ONNX file: it has no graph", complaint("m.onnx", new byte[] {8, 7, 16, 1}));
  }

  @Test
  void anyFile() throws IOException {
    assertEquals("is empty", complaint("m.onnx", new byte[0]));
    assertEquals("is no weight file that Nibble knows", complaint(
        "m.bin", "hello, world".getBytes(StandardCharsets.UTF_8)));
    Path missing = folder.resolve("missing.npz");
    assertEquals(
        missing + ": there is no such file",
        assertThrows(InputException.class, () -> WeightFile.open(missing)).getMessage());
    Path device = Path.of("/dev/zero");
    assertEquals(
        device + ": is no regular file",
        assertThrows(InputException.class, () -> WeightFile.open(device)).getMessage());
    assertEquals(
        folder + ": is a folder, not a file",
        assertThrows(InputException.class, () -> WeightFile.open(folder)).getMessage());
  }

  @Test
  void namesAreShownWithoutControlCharacters() throws IOException {
    assertEquals(
        "tensor 'a\\u001b[31m" + "b".repeat(120 - 6) + "...' claims the bytes 0 to 1 of the data, but the file has "
            + "only 0",
        safetensorsComplaint(
            "{\"a\\u001b[31m" + "b".repeat(200) + "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 0));
  }
}
