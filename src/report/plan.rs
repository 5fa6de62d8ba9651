//! What `run --plan` prints: what would be asked, and every write that would be made.

use super::sanitize::line;
use super::style::{Style, wrap};
use crate::record::{Planned, Report};

/// The plan as text: writes first, because they are what a user wants to know before a run.
pub fn render(report: &Report, planned: &[Planned], style: Style) -> String {
    let mut out = super::console::head::head(report, style);
    let (skipped, wanted): (Vec<&Planned>, Vec<&Planned>) = planned.iter().partition(|p| p.skip.is_some());
    let (writing, reading): (Vec<&Planned>, Vec<&Planned>) = wanted.into_iter().partition(|p| p.writes);
    list(&mut out, style, "Would add or delete objects", &writing);
    list(&mut out, style, "Would only read", &reading);
    if !skipped.is_empty() {
        out += &format!("\n{}\n", style.bold(&format!("Would be left out ({})", skipped.len())));
        for trial in &skipped {
            let reason = trial.skip.as_deref().unwrap_or_default();
            out += &wrap("  ○ ", "      ", 100, &format!("{}: {}", line(&trial.id, 200), line(reason, 300)));
        }
    }
    out += &format!(
        "\n{} {} with writes, {} without, {} left out. Nothing was written.\n",
        style.bold("Plan:"),
        trials(writing.len()),
        reading.len(),
        skipped.len()
    );
    out
}

fn list(out: &mut String, style: Style, title: &str, planned: &[&Planned]) {
    if planned.is_empty() {
        return;
    }
    *out += &format!("\n{}\n", style.bold(&format!("{title} ({})", trials(planned.len()))));
    for trial in planned {
        let risky = if trial.risky { "  (risky: runs last)" } else { "" };
        *out += &format!("  {}{}\n", line(&trial.id, 200), style.dim(risky));
        for step in &trial.steps {
            *out += &format!("      {}\n", style.dim(&line(step, 300)));
        }
    }
}

fn trials(count: usize) -> String {
    if count == 1 { "1 trial".to_owned() } else { format!("{count} trials") }
}
