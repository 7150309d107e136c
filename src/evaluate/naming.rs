//! When two actor names denote one actor, for scoring against labels.
//!
//! Labels were written by hand, so "Trump" and "Donald Trump", "Washington" and "United States" count as one.
//! The rules are those of the project's reference scorer; changing them changes every figure.

/// Names that all denote one actor.
const GROUPS: &[&[&str]] = &[
    &[
        "united states",
        "us",
        "usa",
        "u s",
        "america",
        "washington",
        "white house",
        "trump administration",
        "biden administration",
        "us government",
        "united states government",
        "american government",
    ],
    &["iran", "tehran", "islamic republic", "islamic republic of iran", "iranian government"],
    &["israel", "tel aviv", "israeli government", "zionist regime"],
    &["european union", "eu"],
    &["united nations", "un"],
    &["iaea", "international atomic energy agency"],
    &["united kingdom", "uk", "britain", "british government"],
    &["russia", "moscow", "kremlin"],
    &["china", "beijing"],
    &["e3", "european troika", "france britain and germany"],
    &["north korea", "dprk", "pyongyang"],
];

/// The name in lower case, without marks, articles and forms of address.
pub fn normalized(name: &str) -> String {
    let lower = name.to_lowercase().replace("u.s.", "us").replace("u.n.", "un");
    let spaced: String =
        lower.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { ' ' }).collect();
    let words = spaced
        .split_whitespace()
        .filter(|w| !matches!(*w, "the" | "mr" | "ms" | "mrs" | "dr" | "president" | "sheikh"));
    words.collect::<Vec<_>>().join(" ")
}

/// True when two names denote one actor: equal, of one group, or the same last word with compatible first names.
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (normalized(a), normalized(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    if a == b || GROUPS.iter().any(|g| g.contains(&a.as_str()) && g.contains(&b.as_str())) {
        return true;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let last = a.last().filter(|l| b.last() == Some(l) && l.chars().count() > 3);
    last.is_some() && (a.iter().all(|w| b.contains(w)) || b.iter().all(|w| a.contains(w)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_actor_are_the_same() {
        for (a, b) in [
            ("Trump", "Donald Trump"),
            ("Washington", "United States"),
            ("President Joe Biden", "Biden"),
            ("the U.S.", "America"),
            ("Al-Sudani", "Mohammed Shia al Sudani"),
        ] {
            assert!(same(a, b) && same(b, a), "{a} / {b}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for (a, b) in [("Ivanka Trump", "Donald Trump"), ("Iran", "Iraq"), ("", "Iran"), ("Wang Yi", "Li Yi")]
        {
            assert!(!same(a, b) && !same(b, a), "{a} / {b}");
        }
    }
}
