//! From text to tree: observation expressions, qualifiers and comparison expressions (sections 9.5 and 9.6).
//!
//! The parser keeps open parentheses on a stack of its own and does not recurse; every character is looked at a
//! bounded number of times.

use super::ast::{At, Comparison, Comparisons, Located, Number, Observations, Operator, Pattern, Qualifier, Test};
use super::error::{Error, Finding, code};
use super::lexer::Lexer;
use super::literal;
use super::path;

/// How deep parentheses may nest, those outside and inside brackets counted together. Deeper patterns are rejected,
/// so that a hostile one cannot exhaust the stack of whoever walks the tree.
pub const MAX_DEPTH: usize = 400;

/// Reads a pattern expression.
///
/// Time is linear in the length of `text`, and there is no limit on it. Nesting is limited by [`MAX_DEPTH`].
///
/// # Errors
///
/// The first place at which `text` does not follow section 9, or holds a constant that section 9.2 does not allow.
pub fn parse(text: &str) -> Result<Pattern, Error> {
    let mut parser = Parser { lexer: Lexer::new(text), remarks: Vec::new(), depth: 0 };
    let expression = parser.observations()?;
    parser.lexer.skip_space();
    if parser.lexer.peek().is_some() {
        return Err(parser.lexer.unexpected("an observation operator, a qualifier or the end of the pattern"));
    }
    Ok(Pattern { expression, remarks: parser.remarks })
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    remarks: Vec<Finding>,
    depth: usize,
}

/// What has been read between two parentheses, by the operator that may come next.
#[derive(Default)]
struct ObservationLevel {
    followed: Vec<Observations>,
    either: Vec<Observations>,
    all: Vec<Observations>,
}

/// The same inside brackets.
#[derive(Default)]
struct ComparisonLevel {
    either: Vec<Comparisons>,
    all: Vec<Comparisons>,
}

impl Parser<'_> {
    /// Observation expressions joined by operators; AND binds closer than OR, OR closer than FOLLOWEDBY (9.5.3).
    fn observations(&mut self) -> Result<Observations, Error> {
        let mut outer: Vec<ObservationLevel> = Vec::new();
        let mut level = ObservationLevel::default();
        loop {
            self.lexer.skip_space();
            if self.lexer.rest().starts_with('(') {
                self.open()?;
                outer.push(std::mem::take(&mut level));
                continue;
            }
            let single = self.single()?;
            level.all.push(self.with_qualifiers(single)?);
            while !self.observation_operator(&mut level) {
                let done = join(&mut level.followed, Observations::FollowedBy);
                let Some(parent) = outer.pop() else {
                    return Ok(done);
                };
                self.close("an observation operator, a qualifier or `)`")?;
                level = parent;
                level.all.push(self.with_qualifiers(done)?);
            }
        }
    }

    /// Takes the observation operator that comes next, and joins what binds closer. Without one, joins all.
    fn observation_operator(&mut self, level: &mut ObservationLevel) -> bool {
        self.lexer.skip_space();
        if self.lexer.eat_keyword("AND") {
            return true;
        }
        level.either.push(join(&mut level.all, Observations::And));
        if self.lexer.eat_keyword("OR") {
            return true;
        }
        level.followed.push(join(&mut level.either, Observations::Or));
        self.lexer.eat_keyword("FOLLOWEDBY")
    }

    /// Comparison expressions in brackets.
    fn single(&mut self) -> Result<Observations, Error> {
        if !self.lexer.eat("[") {
            return Err(self.lexer.unexpected("an observation expression: `[` or `(`").citing("S21-9.5-01"));
        }
        let comparisons = self.comparisons()?;
        if let Err(error) = self.lexer.expect("]", "a boolean operator or `]`") {
            return Err(if self.lexer.peek().is_none() { error.citing("S21-9.5-01") } else { error });
        }
        Ok(Observations::Single(comparisons))
    }

    /// An expression together with the qualifiers that follow it.
    fn with_qualifiers(&mut self, expression: Observations) -> Result<Observations, Error> {
        let mut qualifiers = Vec::new();
        while let Some(qualifier) = self.qualifier()? {
            qualifiers.push(qualifier);
        }
        if qualifiers.is_empty() {
            return Ok(expression);
        }
        Ok(Observations::Qualified { expression: Box::new(expression), qualifiers })
    }

    /// The qualifier that comes next, if one does (9.5.1).
    fn qualifier(&mut self) -> Result<Option<Located<Qualifier>>, Error> {
        self.lexer.skip_space();
        let start = self.lexer.pos();
        let qualifier = if self.lexer.eat_keyword("REPEATS") {
            let expected = "a positive integer";
            let (at, count) = self.count(expected, "S21-9.5-12")?;
            let Number::Integer(count @ 1..) = count else {
                return Err(not_positive(at, "REPEATS", expected, "S21-9.5-12"));
            };
            self.lexer.expect_keyword("TIMES")?;
            Qualifier::Repeats(count)
        } else if self.lexer.eat_keyword("WITHIN") {
            let expected = "a positive number";
            let (at, window) = self.count(expected, "S21-9.5-15")?;
            match window {
                Number::Integer(1..) => {}
                Number::Float(seconds) if seconds > 0.0 => {}
                _ => return Err(not_positive(at, "WITHIN", expected, "S21-9.5-15")),
            }
            self.lexer.expect_keyword("SECONDS")?;
            Qualifier::Within(window)
        } else if self.lexer.eat_keyword("START") {
            self.lexer.skip_space();
            let start = literal::timestamp(&mut self.lexer)?.value;
            self.lexer.expect_keyword("STOP")?;
            self.lexer.skip_space();
            let stop = literal::timestamp(&mut self.lexer)?.value;
            Qualifier::StartStop { start, stop }
        } else {
            return Ok(None);
        };
        Ok(Some(Located::new(qualifier, start)))
    }

    /// The number of a qualifier, and where it stands. `rule` is cited where there is none.
    fn count(&mut self, expected: &str, rule: &'static str) -> Result<(usize, Number), Error> {
        self.lexer.skip_space();
        let at = self.lexer.pos();
        let number = literal::number(&mut self.lexer, expected);
        Ok((at, number.map_err(|error| if error.rule.is_none() { error.citing(rule) } else { error })?))
    }

    /// Comparison expressions joined by boolean operators; AND binds closer than OR.
    fn comparisons(&mut self) -> Result<Comparisons, Error> {
        let mut outer: Vec<(ComparisonLevel, usize)> = Vec::new();
        let mut level = ComparisonLevel::default();
        loop {
            self.lexer.skip_space();
            if self.lexer.rest().starts_with('(') {
                let start = self.lexer.pos();
                self.open()?;
                outer.push((std::mem::take(&mut level), start));
                continue;
            }
            level.all.push(Comparisons::One(self.comparison()?));
            while !self.boolean_operator(&mut level) {
                let done = join(&mut level.either, Comparisons::Or);
                let Some((parent, start)) = outer.pop() else {
                    return Ok(done);
                };
                self.close("a boolean operator or `)`")?;
                self.remark_on_parentheses(&done, start);
                level = parent;
                level.all.push(done);
            }
        }
    }

    /// Takes the boolean operator that comes next, and joins what binds closer. Without one, joins all.
    fn boolean_operator(&mut self, level: &mut ComparisonLevel) -> bool {
        self.lexer.skip_space();
        if self.lexer.eat_keyword("AND") {
            return true;
        }
        level.either.push(join(&mut level.all, Comparisons::And));
        self.lexer.eat_keyword("OR")
    }

    /// Section 9.6 lets parentheses hold two comparison expressions or more; nothing says that one is wrong.
    fn remark_on_parentheses(&mut self, inner: &Comparisons, start: usize) {
        if matches!(inner, Comparisons::One(_)) {
            let message = "parentheses around a single comparison expression have no use";
            let rule = Some("S21-9.6-01");
            self.remarks.push(Finding::should(code::LONE_PARENTHESES, rule, start, message));
        }
    }

    /// A path with its operator and constant, or EXISTS with its path.
    fn comparison(&mut self) -> Result<Comparison, Error> {
        let start = self.lexer.pos();
        let negated = self.lexer.eat_keyword("NOT");
        self.lexer.skip_space();
        if self.lexer.eat_keyword("EXISTS") {
            self.lexer.skip_space();
            let path = path::object_path(&mut self.lexer, &mut self.remarks)?;
            return Ok(Comparison { at: At(start), path, negated, test: Test::Exists });
        }
        if negated {
            let mut error = self.lexer.unexpected("`EXISTS`");
            error.message.push_str("; NOT stands before an operator");
            return Err(error);
        }
        let path = path::object_path(&mut self.lexer, &mut self.remarks)?;
        self.lexer.skip_space();
        let negated = self.lexer.eat_keyword("NOT");
        let test = self.test()?;
        Ok(Comparison { at: At(start), path, negated, test })
    }

    /// An operator and the constant that it takes (9.6.1).
    fn test(&mut self) -> Result<Test, Error> {
        self.lexer.skip_space();
        if let Some(operator) = self.operator()? {
            self.lexer.skip_space();
            let constant = literal::constant(&mut self.lexer, &mut self.remarks)?;
            let ordered = !matches!(operator, Operator::Equal | Operator::NotEqual);
            if ordered && matches!(constant.value, super::ast::Constant::Boolean(_)) {
                let message = "found a boolean, expected a constant that has an order";
                return Err(Error::new(constant.at.0, message));
            }
            return Ok(Test::Compare(operator, constant));
        }
        let word = self.lexer.peek_word();
        let of_string = match word {
            "IN" => {
                self.lexer.advance(word.len());
                return Ok(Test::In(self.set()?));
            }
            "LIKE" => Test::Like,
            "MATCHES" => Test::Matches,
            "ISSUBSET" => Test::IsSubset,
            "ISSUPERSET" => Test::IsSuperset,
            _ => return Err(self.no_operator(word)),
        };
        self.lexer.advance(word.len());
        self.lexer.skip_space();
        Ok(of_string(literal::string(&mut self.lexer, "a string constant")?))
    }

    /// What is wrong where an operator has to stand.
    fn no_operator(&self, word: &str) -> Error {
        let mut error = self.lexer.unexpected("a comparison operator");
        if word == "EXISTS" {
            error.message.push_str("; EXISTS stands before its object path");
        }
        error
    }

    /// An operator made of symbols, if one comes next.
    fn operator(&mut self) -> Result<Option<Operator>, Error> {
        let start = self.lexer.pos();
        let symbols = self.lexer.take_while(|c| matches!(c, '=' | '!' | '<' | '>' | '~'));
        Ok(Some(match symbols {
            "" => return Ok(None),
            "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            other => {
                let shown = other.get(..8).unwrap_or(other);
                let hint = match other {
                    "==" => "; equality is `=`",
                    "<>" => "; inequality is `!=`",
                    _ => "",
                };
                return Err(Error::new(start, format!("found `{shown}`, expected a comparison operator{hint}")));
            }
        }))
    }

    /// The members of a set, within parentheses. None at all is accepted: no sentence rules it out.
    fn set(&mut self) -> Result<Vec<Located<super::ast::Constant>>, Error> {
        self.lexer.expect("(", "`(` before the members of the set")?;
        let mut members = Vec::new();
        self.lexer.skip_space();
        if self.lexer.eat(")") {
            return Ok(members);
        }
        loop {
            self.lexer.skip_space();
            members.push(literal::constant(&mut self.lexer, &mut self.remarks)?);
            self.lexer.skip_space();
            if self.lexer.eat(")") {
                return Ok(members);
            }
            self.lexer.expect(",", "`,` or `)`")?;
        }
    }

    /// Takes `(` and counts it.
    fn open(&mut self) -> Result<(), Error> {
        if self.depth == MAX_DEPTH {
            let message = format!(
                "parentheses nest deeper than {MAX_DEPTH} levels, the limit of this suite: the pattern is not judged"
            );
            return Err(Error { unjudged: true, ..Error::new(self.lexer.pos(), message) });
        }
        self.depth += 1;
        self.lexer.advance(1);
        Ok(())
    }

    /// Takes `)`.
    fn close(&mut self, expected: &str) -> Result<(), Error> {
        self.lexer.expect(")", expected)?;
        self.depth -= 1;
        Ok(())
    }
}

/// Takes all of `operands`: the only one as it is, several as one node.
fn join<T>(operands: &mut Vec<T>, node: impl Fn(Vec<T>) -> T) -> T {
    match operands.pop() {
        Some(only) if operands.is_empty() => only,
        last => {
            let mut all = std::mem::take(operands);
            all.extend(last);
            node(all)
        }
    }
}

fn not_positive(at: usize, keyword: &str, expected: &str, rule: &'static str) -> Error {
    Error::new(at, format!("the number of {keyword} has to be {expected}")).citing(rule)
}
