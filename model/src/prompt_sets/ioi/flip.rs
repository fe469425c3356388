//! Flips: codes by which a twin's names are other ones.
//!
//! `ABB->ABA` is about the names of a prompt in their order: A is the indirect object, B the subject, and in the twin the
//! second name of the subject is the indirect object's. A letter that the left does not have is a random name. A code for
//! one order serves the other too, name for name: `ABB->ABA` and `BAB->BAA` are the same.

use super::Order;
use crate::prompt_sets::random::Random;

/// The names in a prompt's three places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names<'a> {
    pub(super) io: &'a str,
    pub(super) s1: &'a str,
    pub(super) s2: &'a str,
}

/// What becomes of the names in each order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flip {
    abba: Rule,
    baba: Rule,
}

/// A letter for each of the three places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    io: Letter,
    s1: Letter,
    s2: Letter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    Io,
    S,
    /// A name that the prompt does not have.
    Random(char),
}

impl Flip {
    /// Reads a code, or one for each order.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub(super) fn parse(code: &str) -> Result<Self, String> {
        let rules = code.split(',').map(|part| rule(part.trim())).collect::<Result<Vec<_>, _>>()?;
        match rules[..] {
            [(_, rule)] => Ok(Self { abba: rule, baba: rule }),
            [(Order::Abba, abba), (Order::Baba, baba)] | [(Order::Baba, baba), (Order::Abba, abba)] => {
                Ok(Self { abba, baba })
            }
            _ => Err(format!(
                "`{code}` has more than one code for one order; give one such as `ABB->ABA`, one such as `BAB->BAA`, or both"
            )),
        }
    }

    /// The twin's names. `all` are those that random ones are of.
    pub(super) fn apply<'a>(
        &self,
        order: Order,
        of: Names<'a>,
        all: &[&'a str],
        random: &mut Random,
    ) -> Names<'a> {
        let rule = if order == Order::Abba { self.abba } else { self.baba };
        let mut used: Vec<(Letter, &'a str)> = vec![(Letter::Io, of.io), (Letter::S, of.s1)];
        let mut name = |letter: Letter| {
            if let Some((_, name)) = used.iter().find(|(known, _)| *known == letter) {
                return *name;
            }
            let taken: Vec<&str> = used.iter().map(|(_, name)| *name).collect();
            let name = random.choose_but(all, &taken);
            used.push((letter, name));
            name
        };
        Names { io: name(rule.io), s1: name(rule.s1), s2: name(rule.s2) }
    }
}

/// One code, with the order that it is written for.
fn rule(code: &str) -> Result<(Order, Rule), String> {
    let wrong = |what: &str| format!("`{code}` {what}; write it like `ABB->ABA`, a letter a name");
    let (left, right) = code.split_once("->").ok_or_else(|| wrong("has no `->`"))?;
    let letters = |side: &str| -> Result<[char; 3], String> {
        let letters: Vec<char> = side.trim().chars().collect();
        let three = <[char; 3]>::try_from(letters).ok().filter(|l| l.iter().all(char::is_ascii_alphabetic));
        three.ok_or_else(|| wrong("does not have three letters on each side"))
    };
    let ([first, second, third], after) = (letters(left)?, letters(right)?);
    let order = match (first == third, second == third) {
        (false, true) => Order::Abba,
        (true, false) => Order::Baba,
        _ => return Err(wrong("must have the third name of the left in one of the first two places")),
    };
    if after == [first, second, third] {
        return Err(wrong("changes no name"));
    }
    let io = if order == Order::Abba { first } else { second };
    let letter = |letter: char| match letter {
        _ if letter == io => Letter::Io,
        _ if letter == third => Letter::S,
        other => Letter::Random(other),
    };
    let [one, two, s2] = after.map(letter);
    let (io, s1) = if order == Order::Abba { (one, two) } else { (two, one) };
    Ok((order, Rule { io, s1, s2 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 6] = ["Mary", "John", "Tom", "Anna", "Kate", "Paul"];

    fn flipped(code: &str, order: Order) -> [&'static str; 3] {
        let of = Names { io: "Mary", s1: "John", s2: "John" };
        let names = Flip::parse(code).unwrap().apply(order, of, &ALL, &mut Random::new(0, code));
        match order {
            Order::Abba => [names.io, names.s1, names.s2],
            Order::Baba => [names.s1, names.io, names.s2],
        }
    }

    #[test]
    fn letters_are_names_by_their_role() {
        for (code, abba, baba) in [
            ("ABB->ABA", ["Mary", "John", "Mary"], ["John", "Mary", "Mary"]),
            ("BAB->BAA", ["Mary", "John", "Mary"], ["John", "Mary", "Mary"]),
            ("ABB->BAA", ["John", "Mary", "Mary"], ["Mary", "John", "Mary"]),
            ("ABB->BAB", ["John", "Mary", "John"], ["Mary", "John", "John"]),
            ("IOO->IOI", ["Mary", "John", "Mary"], ["John", "Mary", "Mary"]),
            ("ABB->ABA, BAB->ABB", ["Mary", "John", "Mary"], ["Mary", "John", "John"]),
        ] {
            assert_eq!(flipped(code, Order::Abba), abba, "{code}");
            assert_eq!(flipped(code, Order::Baba), baba, "{code}");
        }
    }

    #[test]
    fn unseen_letters_are_names_that_the_prompt_does_not_have() {
        for order in [Order::Abba, Order::Baba] {
            let [x, y, z] = flipped("ABB->XYZ", order);
            assert!(x != y && y != z && x != z, "{x} {y} {z}");
            assert!([x, y, z].iter().all(|name| !["Mary", "John"].contains(name)), "{x} {y} {z}");
        }
        let [a, x, again] = flipped("ABB->AXX", Order::Abba);
        assert!(a == "Mary" && x == again && x != "John");
    }

    #[test]
    fn a_code_that_cannot_be_read_says_how_to_write_it() {
        for (code, said) in [
            ("", "no `->`"),
            ("ABB", "no `->`"),
            ("ABB->AB", "three letters"),
            ("ABB->AB1", "three letters"),
            ("ABC->XYZ", "third name"),
            ("AAB->ABA", "third name"),
            ("ABB->ABB", "changes no name"),
            ("ABB->ABA, ABB->XYZ", "more than one code"),
            ("ABB->ABA, BAB->ABA, ABB->XYZ", "more than one code"),
        ] {
            let message = Flip::parse(code).unwrap_err();
            assert!(message.contains(said) && message.contains("ABB->ABA"), "{code}: {message}");
        }
    }
}
