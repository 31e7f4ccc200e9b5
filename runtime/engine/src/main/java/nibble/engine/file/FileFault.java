package nibble.engine.file;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import nibble.ir.diagnostic.InputException;

/**
 * What is wrong with a file, as an exception that names it. Text from the file is shortened and shown without control
 * characters.
 *
 * @param path the file
 */
public record FileFault(Path path) {
  private static final int MAX_NAME = 120;

  /** The file as a whole. */
  InputException of(String what) {
    return new InputException(path + ": " + what);
  }

  InputException of(String what, String hint) {
    return new InputException(path + ": " + what, hint);
  }

  /** One tensor of it. */
  InputException tensor(String name, String what) {
    return of("tensor " + quoted(name) + " " + what);
  }

  InputException tensor(String name, String what, String hint) {
    return of("tensor " + quoted(name) + " " + what, hint);
  }

  /** The file system's complaint of a file that is read. */
  public InputException of(IOException fault) {
    return of(fault instanceof NoSuchFileException ? "there is no such file" : "can't be read: " + reason(fault));
  }

  /** The file system's complaint without the name of the file, which may be a temporary one. */
  static String reason(IOException fault) {
    return switch (fault) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "there is no such file or folder";
      case FileSystemException named when named.getReason() != null -> named.getReason();
      case FileSystemException named -> named.getClass().getSimpleName();
      case CharacterCodingException _ -> "it is no UTF-8 text";
      default -> fault.getMessage();
    };
  }

  /** Text of the file between quotes. */
  static String quoted(String text) {
    StringBuilder shown = new StringBuilder("'");
    text.codePoints().limit(MAX_NAME).forEach(c -> {
      if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || !Character.isDefined(c)) {
        shown.append("\\u").append(String.format("%04x", c));
      } else {
        shown.appendCodePoint(c);
      }
    });
    return shown.append(text.codePointCount(0, text.length()) > MAX_NAME ? "...'" : "'").toString();
  }
}
