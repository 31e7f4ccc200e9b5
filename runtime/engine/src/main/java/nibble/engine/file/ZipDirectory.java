package nibble.engine.file;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import nibble.ir.diagnostic.InputException;

/**
 * Reads the directory of a ZIP archive, with or without ZIP64 records (APPNOTE.TXT sections 4.3 and 4.5.3), so that
 * members that are stored uncompressed can be used in place.
 *
 * @param file the archive
 */
record ZipDirectory(MappedFile file) {
  private static final long LOCAL = 0x04034b50L;
  private static final long CENTRAL = 0x02014b50L;
  private static final long END = 0x06054b50L;
  private static final long END_64 = 0x06064b50L;
  private static final long LOCATOR_64 = 0x07064b50L;
  private static final int LOCAL_LENGTH = 30;
  private static final int CENTRAL_LENGTH = 46;
  private static final int END_LENGTH = 22;
  private static final int END_64_LENGTH = 56;
  private static final int LOCATOR_LENGTH = 20;
  private static final int MAX_MEMBERS = 1 << 20;
  private static final long U16 = 0xffff;
  private static final long U32 = 0xffff_ffffL;

  /** Where the directory lies. */
  private record Place(long offset, long length, long count) {}

  /** A claimed range of the file. */
  private record Range(long from, long to, String name) {}

  static ImmutableList<ZipMember> read(MappedFile file) {
    return new ZipDirectory(file).members();
  }

  private ImmutableList<ZipMember> members() {
    Place place = place();
    file.slice(place.offset, place.length, "the directory of the archive");
    if (place.count < 0 || place.count > MAX_MEMBERS || place.count > place.length / CENTRAL_LENGTH) {
      throw file.fault().of(
          "the archive claims " + Long.toUnsignedString(place.count) + " members in a directory of " + place.length
              + " bytes");
    }
    ImmutableList.Builder<ZipMember> members = ImmutableList.builder();
    List<Range> ranges = new ArrayList<>();
    long at = place.offset;
    long end = place.offset + place.length;
    for (long i = 0; i < place.count; i++) {
      if (end - at < CENTRAL_LENGTH || file.u32(at) != CENTRAL) {
        throw damaged("entry " + i + " of the directory is damaged");
      }
      long length = CENTRAL_LENGTH + file.u16(at + 28) + file.u16(at + 30) + file.u16(at + 32);
      if (length > end - at) {
        throw damaged("entry " + i + " of the directory is cut off");
      }
      ZipMember member = member(at, place.offset, ranges);
      members.add(member);
      at += length;
    }
    refuseOverlaps(ranges);
    return members.build();
  }

  private Place place() {
    long end = findEnd();
    long count = file.u16(end + 10);
    long length = file.u32(end + 12);
    long offset = file.u32(end + 16);
    boolean wide = count == U16 || length == U32 || offset == U32;
    long locator = end - LOCATOR_LENGTH;
    if (!wide || locator < 0 || file.u32(locator) != LOCATOR_64) {
      return new Place(offset, length, count);
    }
    long end64 = file.u64(locator + 8);
    file.slice(end64, END_64_LENGTH, "the ZIP64 end record of the archive");
    if (file.u32(end64) != END_64) {
      throw damaged("its ZIP64 end record is damaged");
    }
    return new Place(file.u64(end64 + 48), file.u64(end64 + 40), file.u64(end64 + 32));
  }

  private long findEnd() {
    long last = file.size() - END_LENGTH;
    for (long at = last; at >= Math.max(0, last - U16); at--) {
      if (file.u32(at) == END && at + END_LENGTH + file.u16(at + 20) == file.size()) {
        return at;
      }
    }
    throw damaged("it has no end record; is it cut off?");
  }

  private ZipMember member(long at, long directory, List<Range> ranges) {
    int nameLength = file.u16(at + 28);
    String name = text(file.content().asSlice(at + CENTRAL_LENGTH, nameLength));
    int flags = file.u16(at + 8);
    int method = file.u16(at + 10);
    long size = file.u32(at + 24);
    long packed = file.u32(at + 20);
    long offset = file.u32(at + 42);
    if (size == U32 || packed == U32 || offset == U32) {
      WideFields wide = new WideFields(at + CENTRAL_LENGTH + nameLength, file.u16(at + 30));
      size = size == U32 ? wide.next(name) : size;
      packed = packed == U32 ? wide.next(name) : packed;
      offset = offset == U32 ? wide.next(name) : offset;
    }
    if ((flags & 1) != 0) {
      throw damaged("its member " + FileFault.quoted(name) + " is encrypted");
    }
    if (method != 0 && method != 8) {
      throw damaged("its member " + FileFault.quoted(name) + " is compressed by method " + method
          + "; only deflate is read");
    }
    if (size < 0) {
      throw damaged("its member " + FileFault.quoted(name) + " claims " + Long.toUnsignedString(size) + " bytes");
    }
    String what = "member " + FileFault.quoted(name);
    file.slice(offset, LOCAL_LENGTH, what);
    if (file.u32(offset) != LOCAL) {
      throw damaged("the header of its " + what + " is damaged");
    }
    long start = offset + LOCAL_LENGTH + file.u16(offset + 26) + file.u16(offset + 28);
    MemorySegment data = file.slice(start, packed, what);
    if (start + packed > directory) {
      throw damaged("its " + what + " runs into the directory");
    }
    ranges.add(new Range(offset, start + packed, name));
    return new ZipMember(name, method == 8, size, file.u32(at + 16), data, file.fault());
  }

  private void refuseOverlaps(List<Range> ranges) {
    ranges.sort(Comparator.comparingLong(Range::from));
    for (int i = 1; i < ranges.size(); i++) {
      Range before = ranges.get(i - 1);
      Range range = ranges.get(i);
      if (range.from < before.to) {
        throw damaged(
            "its members " + FileFault.quoted(before.name) + " and " + FileFault.quoted(range.name) + " overlap");
      }
    }
  }

  private static String text(MemorySegment bytes) {
    return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private InputException damaged(String what) {
    return file.fault().of("is a damaged archive: " + what);
  }

  /** The 64-bit fields of a directory entry, in order. */
  private final class WideFields {
    private long at;
    private long end;

    WideFields(long extra, int length) {
      long next = extra;
      while (next + 4 <= extra + length) {
        long body = next + 4;
        long bodyEnd = body + file.u16(next + 2);
        if (file.u16(next) == 1 && bodyEnd <= extra + length) {
          at = body;
          end = bodyEnd;
          return;
        }
        next = bodyEnd;
      }
    }

    long next(String name) {
      if (end - at < Long.BYTES) {
        throw damaged("its member " + FileFault.quoted(name) + " lacks the ZIP64 sizes that it announces");
      }
      at += Long.BYTES;
      return file.u64(at - Long.BYTES);
    }
  }
}
