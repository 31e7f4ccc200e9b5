package nibble.emulator.parse;

import nibble.emulator.PtxException;
import nibble.emulator.model.PtxModule;
import nibble.emulator.report.Diagnostics;
import nibble.emulator.report.SourceText;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.atn.PredictionMode;

/**
 * Reads PTX text.
 *
 * <p>The grammar takes any instruction; which of them the machine knows is the instruction table's matter.
 */
public final class PtxReader {
  private PtxReader() {}

  /**
   * The module that the text describes.
   *
   * @param file the name for messages
   * @throws PtxException with all syntax errors
   */
  public static PtxModule read(String file, String text) {
    Diagnostics diagnostics = new Diagnostics(new SourceText(file, text));
    SyntaxErrors errors = new SyntaxErrors(diagnostics);

    PtxLexer lexer = new PtxLexer(CharStreams.fromString(text));
    lexer.removeErrorListeners();
    lexer.addErrorListener(errors);

    PtxParser parser = new PtxParser(new CommonTokenStream(lexer));
    parser.removeErrorListeners();
    parser.addErrorListener(errors);
    parser.addParseListener(new NestingLimit(diagnostics));
    // One token decides everywhere, so full-context prediction could never find more.
    parser.getInterpreter().setPredictionMode(PredictionMode.SLL);

    PtxParser.ModuleContext tree = parser.module();
    diagnostics.throwIfAny();
    PtxModule module = new ModuleBuilder(file, diagnostics).build(tree);
    diagnostics.throwIfAny();
    return module;
  }
}
