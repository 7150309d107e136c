//! When two actor names count as the same actor in an evaluation.

/// Names of one actor that share no word.
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

const TITLES: &[&str] = &["the", "mr", "ms", "mrs", "dr", "president", "sheikh"];

/// Lower case, punctuation to spaces, articles and common titles dropped.
pub fn normal(name: &str) -> String {
    let lower = name.to_lowercase().replace("u.s.", "us").replace("u.n.", "un");
    let spaced: String =
        lower.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { ' ' }).collect();
    spaced.split_whitespace().filter(|word| !TITLES.contains(word)).collect::<Vec<_>>().join(" ")
}

/// True when two names denote one actor: equal, one group, or the same last word with compatible first ones.
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (normal(a), normal(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    if a == b || GROUPS.iter().any(|group| group.contains(&a.as_str()) && group.contains(&b.as_str())) {
        return true;
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split(' ').collect(), b.split(' ').collect());
    let within = |few: &[&str], many: &[&str]| few.iter().all(|word| many.contains(word));
    let (last_a, last_b) = (a[a.len() - 1], b[b.len() - 1]);
    last_a == last_b && last_a.chars().count() > 3 && (within(&a, &b) || within(&b, &a))
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn names_of_one_actor() {
        assert!(same("Mr. Zarif", "Mohammad Javad Zarif"));
        assert!(same("Washington", "U.S."));
        assert!(same("the European Union", "EU"));
        assert!(!same("Iran", "Iraq"));
        assert!(!same("Hossein Amir Abdollahian", "Mohsen Amir Abdollahian"));
        assert!(!same("", "Iran"));
    }
}
