//! A sequence of operations as the steps of a case.
//!
//! What is run and what is kept is the same text: a sequence that fails fails in the same way from its file.

use std::collections::BTreeSet;

use super::op::Item;

/// One step of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is done, as TOML.
    pub what: String,
    /// What has to hold, as the TOML of an inline table; empty where nothing is judged.
    pub expect: String,
    /// Requirements that the answer rests on; the first is the one to blame.
    pub blame: Vec<&'static str>,
    /// The operation that it belongs to.
    pub op: usize,
}

/// The steps of a sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// In order.
    pub lines: Vec<Line>,
    /// Objects that occur, and those that they are versions of.
    pub items: BTreeSet<Item>,
    /// `created` of each object of the world; any where there is none.
    pub created: Vec<String>,
}

impl Script {
    /// Whether anything is judged.
    pub fn judges(&self) -> bool {
        self.lines.iter().any(|l| !l.expect.is_empty())
    }

    /// The text of a case with all steps judged, each under the requirement to blame. Steps are named by their place.
    pub fn searching(&self) -> String {
        let blamed: BTreeSet<&str> = self.lines.iter().filter_map(|l| l.blame.first().copied()).collect();
        let mut text = head("explore/sequence", "a generated sequence is answered as the oracle says", blamed);
        text += &self.objects();
        for (at, line) in self.lines.iter().enumerate() {
            text += &format!("\n[[step]]\nname = \"{at}\"\n{}", line.what);
            if !line.expect.is_empty() {
                text += &format!("cite = \"{}\"\nexpect = {{ {} }}\n", line.blame[0], line.expect);
            }
        }
        text
    }

    /// The text of a case in which the last step alone is judged.
    pub fn kept(&self, id: &str, title: &str) -> String {
        let last = self.lines.last();
        let mut text = head(id, title, last.and_then(|l| l.blame.first().copied()));
        text += &self.objects();
        for line in &self.lines {
            text += &format!("\n[[step]]\n{}", line.what);
        }
        text + &last.map(|l| format!("expect = {{ {} }}\n", l.expect)).unwrap_or_default()
    }

    fn objects(&self) -> String {
        let lines: String =
            self.items.iter().map(|i| i.definition(self.created.get(i.slot).map(String::as_str))).collect();
        format!("\n[objects]\n{lines}")
    }
}

fn head<'a>(id: &str, title: &str, requirements: impl IntoIterator<Item = &'a str>) -> String {
    let requirements: Vec<String> = requirements.into_iter().map(|r| format!("\"{r}\"")).collect();
    let requirements = requirements.join(", ");
    format!("id = \"{id}\"\ntitle = \"{title}\"\nrequirements = [{requirements}]\nholdings = \"own\"\nalone = true\n")
}
