package nibble.engine.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.google.common.collect.ImmutableBiMap;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nibble.ir.Registry;
import nibble.ir.TensorPart;
import nibble.ir.TensorType;
import nibble.ir.diagnostic.InputException;
import nibble.ir.format.Formats;
import nibble.ir.format.NumberFormat;
import nibble.ir.text.TextReader;

/**
 * Reads {@code .safetensors} files: the length of a JSON header, the header, and the tensors in one buffer without gaps
 * or overlaps, all little-endian.
 */
final class SafetensorsReader {
  static final ImmutableBiMap<String, NumberFormat> TYPES = ImmutableBiMap.<String, NumberFormat>builder()
      .put("F64", Formats.F64)
      .put("F32", Formats.F32)
      .put("F16", Formats.F16)
      .put("BF16", Formats.BF16)
      .put("F8_E4M3", Formats.E4M3)
      .put("F8_E5M2", Formats.E5M2)
      .put("I64", Formats.I64)
      .put("I32", Formats.I32)
      .put("I16", Formats.I16)
      .put("I8", Formats.I8)
      .put("U8", Formats.U8)
      .put("BOOL", Formats.BOOL)
      .buildOrThrow();
  /** What stands before the name of a tensor in the metadata whose value is its type. */
  static final String TYPE = "nibble.type.";
  static final long MAX_HEADER = 100L << 20;
  private static final int MAX_TENSORS = 1 << 20;

  private final MappedFile file;
  private final long start;
  private final Map<String, String> typeTexts = new LinkedHashMap<>();

  private SafetensorsReader(MappedFile file, long start) {
    this.file = file;
    this.start = start;
  }

  /** What the header says of a tensor; offsets count from the end of the header. */
  private record Entry(String name, String dtype, List<Long> shape, long from, long to) {}

  static ImmutableMap<String, FileTensor> read(MappedFile file) {
    if (file.size() < Long.BYTES) {
      throw file.fault().of("is cut off: it has " + file.size() + " bytes and no header");
    }
    long length = file.u64(0);
    if (length < 0 || length > MAX_HEADER) {
      throw file.fault().of("claims a header of " + Long.toUnsignedString(length) + " bytes; at most " + MAX_HEADER
          + " are read");
    }
    MemorySegment header = file.slice(Long.BYTES, length, "the header");
    return new SafetensorsReader(file, Long.BYTES + length).tensors(header.toArray(ValueLayout.JAVA_BYTE));
  }

  private ImmutableMap<String, FileTensor> tensors(byte[] header) {
    List<Entry> entries = entries(header);
    requireTiling(entries);
    Map<String, FileTensor> tensors = new LinkedHashMap<>();
    entries.forEach(entry -> tensors.put(entry.name, tensor(entry)));
    typeTexts.forEach((name, text) -> tensors.put(name, parted(name, text, tensors)));
    String packed = "." + CutlassTensors.PACKED;
    List<String> matrices = tensors.keySet().stream().filter(name -> name.endsWith(packed))
        .map(name -> name.substring(0, name.length() - packed.length()))
        .filter(name -> !tensors.containsKey(name)).toList();
    matrices.forEach(name ->
        CutlassTensors.in(name, tensors, file.fault()).ifPresent(matrix -> tensors.put(name, matrix)));
    return ImmutableMap.copyOf(tensors);
  }

  /** What the file says is quantized or sparse. */
  private FileTensor parted(String name, String text, Map<String, FileTensor> tensors) {
    TensorType type;
    ImmutableMap.Builder<String, FileTensor> parts = ImmutableMap.builder();
    try {
      TextReader reader = new TextReader(text, file.path().toString(), Registry.core());
      type = reader.tensorType();
      require(reader.atEnd() && type.shape().isConstant(), text);
      for (TensorPart part : type.parts()) {
        String key = PartedTensor.nameOf(name, part.name());
        FileTensor found = tensors.get(key);
        if (found == null) {
          return new RefusedTensor(
              file.fault(), name,
              "is " + type + " by the metadata, but the file has no tensor " + FileFault.quoted(key), "");
        }
        parts.put(part.name(), found);
      }
    } catch (InputException | IllegalArgumentException e) {
      return new RefusedTensor(
          file.fault(), name, "has a type that is none: " + e.getMessage(),
          "the metadata says " + FileFault.quoted(text));
    }
    return new PartedTensor(file.fault(), name, type, parts.buildOrThrow());
  }

  private static void require(boolean sound, String text) {
    if (!sound) {
      throw new IllegalArgumentException("it is no type of constant shape: " + FileFault.quoted(text));
    }
  }

  private FileTensor tensor(Entry entry) {
    NumberFormat format = TYPES.get(entry.dtype);
    MemorySegment bytes = file.content().asSlice(start + entry.from, entry.to - entry.from);
    if (format == null) {
      return new RefusedTensor(
          file.fault(), entry.name,
          "has elements of type " + FileFault.quoted(entry.dtype) + ", which Nibble has no number format for",
          "read are " + String.join(", ", TYPES.keySet()));
    }
    TensorType type = new Extents(entry.shape).typeOf(format, bytes.byteSize(), file.fault(), entry.name);
    return new StoredTensor(entry.name, type, ElementOrder.MEMORY, () -> bytes);
  }

  private void requireTiling(List<Entry> entries) {
    long size = file.size() - start;
    List<Entry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparingLong(Entry::from).thenComparingLong(Entry::to));
    long end = 0;
    String before = "";
    for (Entry entry : sorted) {
      if (entry.from < 0 || entry.to < entry.from) {
        throw file.fault().tensor(entry.name, "claims the bytes " + entry.from + " to " + entry.to);
      }
      if (entry.to > size) {
        throw file.fault().tensor(
            entry.name, "claims the bytes " + entry.from + " to " + entry.to + " of the data, but the file has only "
                + size);
      }
      if (entry.from < end) {
        throw file.fault().tensor(entry.name, "overlaps the tensor " + FileFault.quoted(before));
      }
      if (entry.from > end) {
        throw file.fault().of("the bytes " + end + " to " + entry.from + " of the data belong to no tensor");
      }
      end = entry.to;
      before = entry.name;
    }
    if (end < size) {
      throw file.fault().of("the last " + (size - end) + " bytes belong to no tensor");
    }
  }

  private List<Entry> entries(byte[] header) {
    List<Entry> entries = new ArrayList<>();
    JsonFactory json = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    try (JsonParser parser = json.createParser(header)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "is no object", parser);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("__metadata__")) {
          readTypes(parser);
        } else {
          entries.add(entry(name, parser));
        }
        require(entries.size() <= MAX_TENSORS, "lists more than " + MAX_TENSORS + " tensors", parser);
      }
      require(parser.currentToken() == JsonToken.END_OBJECT, "is cut off", parser);
      require(parser.nextToken() == null, "is followed by something else", parser);
    } catch (JsonProcessingException e) {
      throw file.fault().of("its header is no sound JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw file.fault().of("its header is no sound JSON: " + e.getMessage());
    }
    return entries;
  }

  /** Types of tensors, among whatever else the metadata says. */
  private void readTypes(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.startsWith(TYPE) && value == JsonToken.VALUE_STRING) {
        typeTexts.put(key.substring(TYPE.length()), parser.getText());
        require(typeTexts.size() <= MAX_TENSORS, "lists more than " + MAX_TENSORS + " types", parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private Entry entry(String name, JsonParser parser) throws IOException {
    require(parser.currentToken() == JsonToken.START_OBJECT, "has no object for " + FileFault.quoted(name), parser);
    String dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (field) {
        case "dtype" -> {
          require(value == JsonToken.VALUE_STRING, "has no text as dtype of " + FileFault.quoted(name), parser);
          dtype = parser.getText();
        }
        case "shape" -> shape = integers(name, parser);
        case "data_offsets" -> offsets = integers(name, parser);
        default -> parser.skipChildren();
      }
    }
    if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
      throw file.fault().tensor(name, "lacks its dtype, its shape or its two data_offsets");
    }
    return new Entry(name, dtype, shape, offsets.get(0), offsets.get(1));
  }

  private ImmutableList<Long> integers(String name, JsonParser parser) throws IOException {
    require(parser.currentToken() == JsonToken.START_ARRAY, "has no list of integers for " + FileFault.quoted(name),
        parser);
    ImmutableList.Builder<Long> integers = ImmutableList.builder();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      require(
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT, "has no list of integers for " + FileFault.quoted(name),
          parser);
      if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
        throw file.fault().tensor(name, "claims the extent or offset " + FileFault.quoted(parser.getText()));
      }
      integers.add(parser.getLongValue());
    }
    return integers.build();
  }

  private void require(boolean sound, String what, JsonParser parser) {
    if (!sound) {
      throw new InputException(
          file.path() + ": its header " + what + " (at byte " + parser.currentLocation().getByteOffset() + ")");
    }
  }
}
