//! The parts of a pattern, named as section 9.1 names them.
//!
//! Two trees are equal when they mean the same: where in a text they came from does not count, nor how a constant
//! was spelled.

use super::error::Finding;

/// Byte offset into the text of a pattern. All offsets are equal to each other, so that trees compare by meaning.
#[derive(Debug, Clone, Copy, Default)]
pub struct At(pub usize);

impl PartialEq for At {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A part of a pattern together with the place where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<T> {
    /// The part.
    pub value: T,
    /// Where it begins.
    pub at: At,
}

impl<T> Located<T> {
    /// `value`, found at byte `offset`.
    pub fn new(value: T, offset: usize) -> Self {
        Self { value, at: At(offset) }
    }
}

/// A pattern expression (section 9.4).
#[derive(Debug, Clone)]
pub struct Pattern {
    /// What the pattern asks for.
    pub expression: Observations,
    /// What the parser saw in the text that the tree does not hold; [`super::check`] repeats it.
    pub(super) remarks: Vec<Finding>,
}

impl Pattern {
    /// A pattern built by program instead of parsed.
    pub fn new(expression: Observations) -> Self {
        Self { expression, remarks: Vec::new() }
    }

    /// The START and STOP of every such qualifier, in the order of the text. An indicator's `valid_from` and
    /// `valid_until` should enclose them (section 9.5.1), which only whoever holds the indicator can judge.
    pub fn windows(&self) -> Vec<Window<'_>> {
        let mut windows = Vec::new();
        collect_windows(&self.expression, &mut windows);
        windows
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression
    }
}

/// A START ... STOP qualifier in a pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window<'p> {
    /// Where the qualifier begins.
    pub at: At,
    /// The first instant of the window.
    pub start: &'p Timestamp,
    /// The first instant after the window.
    pub stop: &'p Timestamp,
}

fn collect_windows<'p>(expression: &'p Observations, windows: &mut Vec<Window<'p>>) {
    match expression {
        Observations::Single(_) => {}
        Observations::And(operands) | Observations::Or(operands) | Observations::FollowedBy(operands) => {
            operands.iter().for_each(|operand| collect_windows(operand, windows));
        }
        Observations::Qualified { expression, qualifiers } => {
            collect_windows(expression, windows);
            for Located { value, at } in qualifiers {
                if let Qualifier::StartStop { start, stop } = value {
                    windows.push(Window { at: *at, start, stop });
                }
            }
        }
    }
}

/// An observation expression (section 9.5).
///
/// Chains of one operator are flat: `[a] AND [b] AND [c]` is one `And` of three. Such a list has two members or more.
#[derive(Debug, Clone, PartialEq)]
pub enum Observations {
    /// `[ ... ]`: one observation.
    Single(Comparisons),
    /// All operands, on different observations.
    And(Vec<Observations>),
    /// One operand or more.
    Or(Vec<Observations>),
    /// All operands, in this order of time.
    FollowedBy(Vec<Observations>),
    /// An expression with qualifiers, of which there is at least one.
    Qualified {
        /// What is qualified.
        expression: Box<Observations>,
        /// The qualifiers, in the order in which they apply.
        qualifiers: Vec<Located<Qualifier>>,
    },
}

/// A restriction on the observations that an expression matches (section 9.5.1).
#[derive(Debug, Clone, PartialEq)]
pub enum Qualifier {
    /// `REPEATS n TIMES`; n is positive.
    Repeats(i64),
    /// `WITHIN n SECONDS`; n is positive.
    Within(Number),
    /// `START t'...' STOP t'...'`.
    StartStop {
        /// The first instant of the window.
        start: Timestamp,
        /// The first instant after the window.
        stop: Timestamp,
    },
}

/// One comparison expression, or several joined by boolean operators (section 9.6). Chains are flat, as in
/// [`Observations`].
#[derive(Debug, Clone, PartialEq)]
pub enum Comparisons {
    /// A single comparison expression.
    One(Comparison),
    /// All operands, on the same object.
    And(Vec<Comparisons>),
    /// One operand or more.
    Or(Vec<Comparisons>),
}

/// A comparison expression: an object path and what it is tested for (section 9.6).
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Where the expression begins.
    pub at: At,
    /// Which property is tested.
    pub path: ObjectPath,
    /// Whether NOT stands before the operator.
    pub negated: bool,
    /// The operator and its operand.
    pub test: Test,
}

/// A comparison operator with the constants that it takes (section 9.6.1).
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `=`, `!=`, `<`, `<=`, `>`, `>=`.
    Compare(Operator, Located<Constant>),
    /// `IN ( ... )`.
    In(Vec<Located<Constant>>),
    /// `LIKE`, with the wildcards `%` and `_`.
    Like(Located<String>),
    /// `MATCHES`, with a PCRE expression.
    Matches(Located<String>),
    /// `ISSUBSET`, with an address or CIDR block.
    IsSubset(Located<String>),
    /// `ISSUPERSET`, with an address or CIDR block.
    IsSuperset(Located<String>),
    /// `EXISTS`, which stands before the path and takes no constant.
    Exists,
}

/// An operator that compares with one constant by order or equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// A constant (section 9.2).
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// `true` or `false`.
    Boolean(bool),
    /// A number, whole or not.
    Number(Number),
    /// Text within apostrophes, escapes resolved.
    String(String),
    /// `h'...'`, decoded.
    Hex(Vec<u8>),
    /// `b'...'`, decoded.
    Binary(Vec<u8>),
    /// `t'...'`.
    Timestamp(Timestamp),
}

/// An integer or float constant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Within ±(2^53 - 1), section 2.10.
    Integer(i64),
    /// Finite.
    Float(f64),
}

/// A STIX timestamp (section 2.16), known to be a real instant of UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamp {
    text: String,
}

impl Timestamp {
    /// Reads a timestamp, or says at which byte it goes wrong and why.
    ///
    /// # Errors
    ///
    /// Where `text` is not of the form `YYYY-MM-DDTHH:mm:ss[.s+]Z`, or names a date or time that does not exist.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        super::literal::check_timestamp(text)?;
        Ok(Self { text: text.to_owned() })
    }

    /// The timestamp as it was written, without prefix and apostrophes.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Something that orders as the instants do, whatever their precision.
    pub fn instant(&self) -> &str {
        // The form is fixed and all of it is UTC, so text without closing zeros of the fraction orders as time does.
        let text = self.text.trim_end_matches('Z');
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
    }
}

/// Which property of which object is meant (section 9.7).
#[derive(Debug, Clone, PartialEq)]
pub struct ObjectPath {
    /// Where the path begins.
    pub at: At,
    /// The type of the object from which the path starts.
    pub object_type: String,
    /// The way from there; at least one, and the first is a [`Step::Key`].
    pub steps: Vec<Located<Step>>,
}

/// One step of an object path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A property, a key of a dictionary, or a property of the object that the step before refers to.
    Key(String),
    /// An element of a list, from 0.
    Index(u64),
    /// `[*]`: any element of a list.
    Any,
}

/// Calls `visit` with every comparison expression, in the order of the text.
pub(super) fn each_comparison<'p>(expression: &'p Comparisons, visit: &mut impl FnMut(&'p Comparison)) {
    match expression {
        Comparisons::One(comparison) => visit(comparison),
        Comparisons::And(operands) | Comparisons::Or(operands) => {
            operands.iter().for_each(|operand| each_comparison(operand, visit));
        }
    }
}
