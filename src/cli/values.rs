//! Values of settings that have a form of their own; read the same way from flags, environment and
//! configuration file.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::usage::nearest;
pub use crate::report::format::Format;

/// Longest time limit, in seconds.
const LONGEST: f64 = 86_400.0;

/// Why a value does not have its form.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(String);

/// A number of things: at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub NonZeroUsize);

impl Count {
    fn new(number: u64) -> Result<Self, ValueError> {
        usize::try_from(number)
            .ok()
            .and_then(NonZeroUsize::new)
            .map(Count)
            .ok_or_else(|| ValueError("the number has to be at least 1".into()))
    }
}

impl FromStr for Count {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let number = text.parse().map_err(|_| ValueError("this is no whole number".into()))?;
        Count::new(number)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Count, E> {
                Count::new(u64::try_from(number).unwrap_or(0)).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Count, E> {
                Count::new(number).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Number)
    }
}

/// A time limit in seconds: more than none, at most a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seconds(pub Duration);

impl Seconds {
    fn new(seconds: f64) -> Result<Self, ValueError> {
        if seconds > 0.0 && seconds <= LONGEST {
            Ok(Seconds(Duration::from_secs_f64(seconds)))
        } else {
            Err(ValueError(format!("seconds are more than 0 and at most {LONGEST}")))
        }
    }
}

impl FromStr for Seconds {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let seconds = text.parse().map_err(|_| ValueError("this is no number of seconds".into()))?;
        Seconds::new(seconds)
    }
}

/// Requests a second: more than none, at most 10,000.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate(pub f64);

impl Rate {
    fn new(rate: f64) -> Result<Self, ValueError> {
        if rate > 0.0 && rate <= 10_000.0 {
            Ok(Rate(rate))
        } else {
            Err(ValueError("requests a second are more than 0 and at most 10000".into()))
        }
    }
}

impl FromStr for Rate {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let rate = text.parse().map_err(|_| ValueError("this is no number of requests a second".into()))?;
        Rate::new(rate)
    }
}

/// From a TOML number, whole or not; a quoted one is no number.
macro_rules! deserialize_from_number {
    ($($type:ty, $what:literal;)+) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Number;
                impl Visitor<'_> for Number {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($what)
                    }

                    fn visit_i64<E: de::Error>(self, number: i64) -> Result<$type, E> {
                        self.visit_f64(number as f64)
                    }

                    fn visit_u64<E: de::Error>(self, number: u64) -> Result<$type, E> {
                        self.visit_f64(number as f64)
                    }

                    fn visit_f64<E: de::Error>(self, number: f64) -> Result<$type, E> {
                        <$type>::new(number).map_err(E::custom)
                    }
                }
                deserializer.deserialize_any(Number)
            }
        }
    )+};
}

deserialize_from_number! {
    Seconds, "a number of seconds";
    Rate, "a number of requests a second";
}

/// What becomes of a derived requirement that is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Derived {
    /// It fails, as a MUST does.
    #[default]
    Fail,
    /// It warns.
    Warn,
}

impl FromStr for Derived {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            "fail" => Ok(Derived::Fail),
            "warn" => Ok(Derived::Warn),
            _ => Err(ValueError("write fail or warn".into())),
        }
    }
}

/// What the user says of the fixtures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixtures {
    /// They are loaded.
    Loaded,
}

impl FromStr for Fixtures {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text {
            "loaded" => Ok(Fixtures::Loaded),
            _ => Err(ValueError("write loaded, once the objects of `taxii-conformance fixtures` are".into())),
        }
    }
}

/// A part of the plan: `K/N`, the `K`th of `N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Number of the part, from 1.
    pub index: usize,
    /// Number of parts.
    pub count: usize,
}

impl FromStr for Part {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let wrong = || ValueError("write K/N, the K-th of N parts, such as 2/4".into());
        let (index, count) = text.split_once('/').ok_or_else(wrong)?;
        let part = Part { index: index.parse().map_err(|_| wrong())?, count: count.parse().map_err(|_| wrong())? };
        if part.index < 1 || part.index > part.count {
            return Err(ValueError(format!("there is no part {index} of {count}: parts are counted from 1")));
        }
        Ok(part)
    }
}

/// A header field, and the environment variable that holds its value: `NAME=VARIABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderEnv {
    /// Name of the field.
    pub name: String,
    /// Name of the environment variable.
    pub variable: String,
}

impl FromStr for HeaderEnv {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (name, variable) = text
            .split_once('=')
            .ok_or_else(|| ValueError("write NAME=VARIABLE: a header, and the variable that holds its value".into()))?;
        let name = name.trim();
        http::HeaderName::from_str(name).map_err(|_| ValueError(format!("\"{name}\" is no name of a header field")))?;
        Ok(HeaderEnv { name: name.to_owned(), variable: variable.trim().to_owned() })
    }
}

/// A format that has a name.
pub trait Named: Copy + 'static {
    /// All formats, and their names.
    const ALL: &'static [(&'static str, Self)];
}

impl Named for Format {
    const ALL: &'static [(&'static str, Self)] = Format::ALL;
}

/// A report to write: `FORMAT=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportTo<F = Format> {
    /// In which format.
    pub format: F,
    /// To which file; `-` is standard output.
    pub path: PathBuf,
}

impl<F> ReportTo<F> {
    /// Whether it goes to standard output.
    pub fn is_stdout(&self) -> bool {
        self.path.as_os_str() == "-"
    }
}

impl<F: Named> FromStr for ReportTo<F> {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let names: Vec<&str> = F::ALL.iter().map(|(name, _)| *name).collect();
        let Some((name, path)) = text.split_once('=') else {
            let example = format!("{}={}", names[0], if text.is_empty() { "PATH" } else { text });
            return Err(ValueError(format!("write FORMAT=PATH, such as {example}")));
        };
        let Some((_, format)) = F::ALL.iter().find(|(known, _)| *known == name) else {
            let help = match nearest(name, &names) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("known are: {}", names.join(", ")),
            };
            return Err(ValueError(format!("unknown report format \"{name}\"; {help}")));
        };
        if path.is_empty() {
            return Err(ValueError(format!("no path after \"{name}=\"")));
        }
        Ok(ReportTo { format: *format, path: PathBuf::from(path) })
    }
}

/// From a string, by [`FromStr`], so that errors point at the value.
macro_rules! deserialize_from_str {
    ($($type:ty),+) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

deserialize_from_str!(HeaderEnv, ReportTo, Derived, Fixtures);
