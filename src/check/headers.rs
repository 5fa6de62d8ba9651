//! Word `header`.

use super::{Context, Outcome};
use crate::case::expect::HeaderWord;
use crate::taxii::{Timestamp, challenge};

/// Judges header fields of every answer of a step.
pub fn check(context: &Context<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    for (name, word) in &context.expect.header {
        for (i, exchange) in context.exchanges().iter().enumerate() {
            let Some(response) = &exchange.response else { continue };
            let value = response.combined(name);
            let value = value.as_deref();
            if *word == HeaderWord::Challenge && response.status != 401 {
                outcome.lack(format!("the answer is {}, which needs no challenge", response.status));
                continue;
            }
            match fault(*word, value, || response.headers(name).flat_map(challenge::schemes).count()) {
                Ok(Some(seen)) => outcome.saw(format!("{name}: {seen}")),
                Ok(None) => outcome.block(format!("there is no {name} to judge")),
                Err((message, expected)) => {
                    let mut finding = context.finding(i, format!("{name} {message}"));
                    finding.expected = Some(expected.to_owned());
                    finding.actual = Some(value.unwrap_or("no such header").to_owned());
                    finding.pointer = Some(name.clone());
                    outcome.findings.push(finding);
                }
            }
        }
    }
    outcome
}

/// What was seen, nothing where there is nothing to judge, or what is wrong and what is right.
fn fault(
    word: HeaderWord,
    value: Option<&str>,
    challenges: impl Fn() -> usize,
) -> Result<Option<String>, (&'static str, &'static str)> {
    const DATE_TIME: &str = "an RFC 3339 date-time";
    let parsed = value.and_then(Timestamp::parse_spelled);
    let seen = value.unwrap_or("absent").to_owned();
    match word {
        HeaderWord::Present if value.is_none() => Err(("is missing", "a value")),
        HeaderWord::Absent if value.is_some() => Err(("is there", "no such header")),
        HeaderWord::Timestamp if value.is_none() => Err(("is missing", DATE_TIME)),
        HeaderWord::Timestamp | HeaderWord::TimestampIfPresent if value.is_some() && parsed.is_none() => {
            Err(("is no timestamp", DATE_TIME))
        }
        HeaderWord::Utc if value.is_some() && parsed.is_none() => Err(("is no timestamp", DATE_TIME)),
        HeaderWord::Utc | HeaderWord::Microseconds if parsed.is_none() => Ok(None),
        HeaderWord::Utc if parsed.is_some_and(|(_, s)| !s.zulu) => Err(("is not in UTC with Z", "…Z")),
        HeaderWord::Microseconds if parsed.is_some_and(|(_, s)| s.digits != 6) => {
            Err(("has other than six fractional digits", "six fractional digits"))
        }
        HeaderWord::Challenge if challenges() == 0 => {
            Err(("names no challenge", "at least one challenge, such as Basic realm=\"…\""))
        }
        _ => Ok(Some(seen)),
    }
}
