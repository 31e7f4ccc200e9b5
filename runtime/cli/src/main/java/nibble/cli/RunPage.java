package nibble.cli;

import com.google.common.html.HtmlEscapers;
import java.util.Locale;
import java.util.Optional;
import nibble.codegen.assemble.KernelResources;
import nibble.engine.compile.RecipeChoice;
import nibble.engine.run.RunReport;
import nibble.engine.verify.ElementCheck;
import nibble.engine.verify.KernelCheck;

/** The report of a run as a page that needs no other file. */
final class RunPage {
  private static final String STYLE = """
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
      pre { background: #f4f4f4; overflow-x: auto; padding: 1rem; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
      th, td { border-bottom: 1px solid #ddd; padding: .2rem .6rem; text-align: left; }
      td.n { text-align: right; white-space: nowrap; }
      tr.bad { background: #fdd; }
      .yes { color: #060; } .no { color: #a00; }
      """;

  private RunPage() {}

  static String of(RunReport report, RecipeChoice choice, String command) {
    StringBuilder page = new StringBuilder();
    String title = report.model().model().argument().model() + ", " + choice;
    page.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>").append(escape(title))
        .append("</title>\n<style>\n").append(STYLE).append("</style>\n<h1>").append(escape(title)).append("</h1>\n");
    report.verified().ifPresent(verified -> page.append(verified
        ? "<p class=\"yes\">verified</p>\n" : "<p class=\"no\">not verified</p>\n"));
    page.append("<h2>Summary</h2>\n<pre>").append(escape(RunText.of(report, choice, command))).append("</pre>\n");
    report.checks().ifPresent(checks -> {
      page.append("<h2>Launches</h2>\n<table>\n<tr><th>#<th>kernel<th>computes<th>source<th>grid<th>block")
          .append("<th>shared<th>max error<th>bound<th>share<th>registers<th>spills\n");
      var resources = RunJson.resources(report.assembly());
      checks.forEach(check -> page.append(row(check, Optional.ofNullable(resources.get(check.kernel())))));
      page.append("</table>\n");
    });
    page.append("<h2>Decisions</h2>\n<table>\n");
    report.model().passes().decisions().forEach(decision -> page.append("<tr><td>").append(escape(decision.pass()))
        .append("<td>").append(escape(decision.text())).append('\n'));
    return page.append("</table>\n</html>\n").toString();
  }

  private static String row(KernelCheck check, Optional<KernelResources> resources) {
    ElementCheck worst = check.worst();
    String place = check.location().position().orElse("")
        + (check.location().path().isEmpty() ? "" : " in " + check.location().path());
    return String.format(Locale.ROOT,
        "<tr%s><td class=\"n\">%d<td>%s<td>%s<td>%s<td>%s<td>%s<td class=\"n\">%d<td class=\"n\">%.3g"
            + "<td class=\"n\">%.3g<td class=\"n\">%.1f%%<td class=\"n\">%s<td class=\"n\">%s%n",
        check.isProven() ? "" : " class=\"bad\"", check.index(), escape(check.kernel()),
        escape(String.join(" ", check.ops())), escape(place), check.grid(), check.block(), check.sharedBytes(),
        worst.maxError(), worst.bound(), 100 * worst.tightness(),
        resources.map(known -> String.valueOf(known.registers())).orElse(""),
        resources.map(known -> String.valueOf(known.spillBytes())).orElse(""));
  }

  private static String escape(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }
}
