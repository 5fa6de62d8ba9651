//! From tree to text: one canonical form, which parses to the same tree.

use std::fmt::{self, Display, Formatter, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::ast::{
    Comparison, Comparisons, Constant, Located, Number, ObjectPath, Observations, Operator, Pattern, Qualifier, Step,
    Test, Timestamp,
};

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}

impl Observations {
    /// How tightly the expression holds together; an operand that holds less than its operator gets parentheses.
    fn strength(&self) -> u8 {
        match self {
            Self::FollowedBy(_) => 0,
            Self::Or(_) => 1,
            Self::And(_) => 2,
            Self::Qualified { .. } => 3,
            Self::Single(_) => 4,
        }
    }
}

impl Display for Observations {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let above = self.strength() + 1;
        let (operator, operands) = match self {
            Self::Single(comparisons) => return write!(f, "[{comparisons}]"),
            Self::Qualified { expression, qualifiers } => {
                grouped(f, expression.as_ref(), expression.strength() < above)?;
                return qualifiers.iter().try_for_each(|qualifier| write!(f, " {}", qualifier.value));
            }
            Self::And(operands) => (" AND ", operands),
            Self::Or(operands) => (" OR ", operands),
            Self::FollowedBy(operands) => (" FOLLOWEDBY ", operands),
        };
        joined(f, operator, operands, |operand| operand.strength() < above)
    }
}

impl Comparisons {
    fn strength(&self) -> u8 {
        match self {
            Self::Or(_) => 0,
            Self::And(_) => 1,
            Self::One(_) => 2,
        }
    }
}

impl Display for Comparisons {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let above = self.strength() + 1;
        let (operator, operands) = match self {
            Self::One(comparison) => return comparison.fmt(f),
            Self::And(operands) => (" AND ", operands),
            Self::Or(operands) => (" OR ", operands),
        };
        joined(f, operator, operands, |operand| operand.strength() < above)
    }
}

fn joined<T: Display>(
    f: &mut Formatter<'_>,
    operator: &str,
    operands: &[T],
    in_parentheses: impl Fn(&T) -> bool,
) -> fmt::Result {
    for (index, operand) in operands.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        grouped(f, operand, in_parentheses(operand))?;
    }
    Ok(())
}

fn grouped(f: &mut Formatter<'_>, part: &impl Display, in_parentheses: bool) -> fmt::Result {
    if in_parentheses { write!(f, "({part})") } else { part.fmt(f) }
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repeats(count) => write!(f, "REPEATS {count} TIMES"),
            Self::Within(seconds) => write!(f, "WITHIN {seconds} SECONDS"),
            Self::StartStop { start, stop } => write!(f, "START {start} STOP {stop}"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = if self.negated { "NOT " } else { "" };
        let path = &self.path;
        match &self.test {
            Test::Exists => write!(f, "{not}EXISTS {path}"),
            Test::Compare(operator, constant) => {
                write!(f, "{path} {not}{operator} {}", constant.value)
            }
            Test::In(members) => {
                write!(f, "{path} {not}IN (")?;
                for (index, member) in members.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{}", member.value)?;
                }
                f.write_char(')')
            }
            Test::Like(text) => of_string(f, path, not, "LIKE", text),
            Test::Matches(text) => of_string(f, path, not, "MATCHES", text),
            Test::IsSubset(text) => of_string(f, path, not, "ISSUBSET", text),
            Test::IsSuperset(text) => of_string(f, path, not, "ISSUPERSET", text),
        }
    }
}

fn of_string(
    f: &mut Formatter<'_>,
    path: &ObjectPath,
    not: &str,
    operator: &str,
    text: &Located<String>,
) -> fmt::Result {
    write!(f, "{path} {not}{operator} ")?;
    quoted(f, &text.value)
}

impl Display for Operator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => value.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::String(text) => quoted(f, text),
            Self::Hex(bytes) => {
                f.write_str("h'")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
                f.write_char('\'')
            }
            Self::Binary(bytes) => write!(f, "b'{}'", STANDARD.encode(bytes)),
            Self::Timestamp(timestamp) => timestamp.fmt(f),
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(f),
            // Without exponent, which patterns do not have, and never without a full stop.
            Self::Float(value) if value.fract() == 0.0 => write!(f, "{value:.1}"),
            Self::Float(value) => value.fmt(f),
        }
    }
}

impl Display for Timestamp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "t'{}'", self.as_str())
    }
}

impl Display for ObjectPath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.object_type)?;
        for (index, step) in self.steps.iter().enumerate() {
            match &step.value {
                Step::Key(name) => {
                    f.write_char(if index == 0 { ':' } else { '.' })?;
                    key(f, name)?;
                }
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Any => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

/// A property name, within apostrophes unless every reader takes it without.
fn key(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.starts_with(|c: char| !c.is_ascii_digit())
        && !super::lexer::KEYWORDS.contains(&name)
        && !matches!(name, "true" | "false");
    if plain { f.write_str(name) } else { quoted(f, name) }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('\'')?;
    for c in text.chars() {
        if matches!(c, '\'' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('\'')
}
