package nibble.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import nibble.engine.run.Progress;

/** A bar on standard error, one for each phase that has steps. */
final class TerminalProgress implements Progress {
  private static final int WIDTH = 80;
  private String phase = "";
  private ProgressBar bar;

  /** Progress where somebody sees it. */
  static Progress of(Streams streams) {
    return streams.showsProgress() ? new TerminalProgress() : Progress.NONE;
  }

  @Override
  public void phase(String name) {
    close();
    phase = name;
  }

  @Override
  public void step(int done, int of, String what) {
    if (bar == null) {
      bar = new ProgressBarBuilder()
          .setTaskName(phase)
          .setInitialMax(of)
          .setStyle(ProgressBarStyle.ASCII)
          .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
          .clearDisplayOnFinish()
          .build();
    }
    bar.stepTo(done);
    bar.setExtraMessage(what);
    if (done == of) {
      close();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
