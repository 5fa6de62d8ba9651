//! Shows on standard error how a run goes on: a bar on a terminal, plain lines elsewhere.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Reporter;
use super::sanitize::line;
use super::style::Style;
use crate::record::{Event, Trial, Verdict};

/// Follows a run. What is broken shows as soon as it is known.
pub struct Progress {
    shown: Shown,
    style: Style,
    verbose: bool,
    total: usize,
    done: usize,
}

enum Shown {
    Bar(ProgressBar),
    Lines(Box<dyn Write>),
}

impl Progress {
    /// A bar on standard error, which has to be a terminal.
    pub fn bar(style: Style) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(spinner());
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress { shown: Shown::Bar(bar), style, verbose: false, total: 0, done: 0 }
    }

    /// Plain lines; passes only where `verbose`.
    pub fn lines(out: Box<dyn Write>, verbose: bool) -> Self {
        Progress { shown: Shown::Lines(out), style: Style::PLAIN, verbose, total: 0, done: 0 }
    }

    /// A line that stays. Lost output is no reason to end a run.
    fn say(&mut self, text: &str) {
        match &mut self.shown {
            Shown::Bar(bar) => bar.println(text),
            Shown::Lines(out) => {
                let _ = writeln!(out, "{text}");
            }
        }
    }

    fn finished(&mut self, trial: &Trial) {
        self.done += 1;
        let told = match trial.verdict {
            Verdict::Fail | Verdict::Error | Verdict::Warn => true,
            Verdict::Pass | Verdict::Inconclusive | Verdict::Skip => self.verbose,
        };
        if told {
            let verdict = self.style.verdict(trial.verdict);
            let known = if trial.known.is_some() { " (known)" } else { "" };
            let id = line(&trial.id, 160) + known;
            match self.shown {
                Shown::Bar(_) => self.say(&format!("{verdict}  {id}")),
                Shown::Lines(_) => {
                    let width = self.total.to_string().len();
                    let count = format!("[{:>width$}/{}]", self.done, self.total);
                    self.say(&format!("{count} {verdict}  {id}"));
                }
            }
        }
        if let Shown::Bar(bar) = &self.shown {
            bar.inc(1);
        }
    }
}

impl Reporter for Progress {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { url, .. } => {
                let text = format!("looking at {}", line(url, 200));
                match &self.shown {
                    Shown::Bar(bar) => bar.set_message(text),
                    Shown::Lines(_) => self.say(&text),
                }
            }
            Event::Planned(planned) => {
                self.total = planned.len();
                let text = format!("{} trials planned", planned.len());
                match &self.shown {
                    Shown::Bar(bar) => {
                        bar.set_length(planned.len() as u64);
                        bar.set_style(counting());
                        bar.set_message("");
                    }
                    Shown::Lines(_) => self.say(&text),
                }
            }
            Event::TrialStarted(id) => {
                if let Shown::Bar(bar) = &self.shown {
                    bar.set_message(line(id, 160));
                }
            }
            Event::TrialFinished(trial) => self.finished(trial),
            Event::Finished(_) => {
                if let Shown::Bar(bar) = &self.shown {
                    bar.finish_and_clear();
                }
            }
            Event::Waiting(text) => self.say(&line(text, 300)),
            Event::Note(_) | Event::Surveyed(_) | Event::Sharded(_) | Event::CleanedUp(_) => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn counting() -> ProgressStyle {
    ProgressStyle::with_template("{bar:24} {pos}/{len} {elapsed} {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
