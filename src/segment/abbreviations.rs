//! Abbreviations written with a full stop, each with what the stop may mean.

use super::words::is_clock;

/// What a full stop after a word can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Stands before a name and never ends a sentence: "Gen. Petrov".
    Title,
    /// Never ends a sentence: "e.g.", "vs.".
    Inner,
    /// Not the end before a number: "No. 5".
    Numbered,
    /// Not the end before a number or an ordinary capital: "Jan. 5".
    Month,
    /// After a name; the end only before a word that often begins a sentence: "Acme Inc. It".
    Suffix,
    /// The end before any capital: "and so on, etc. The".
    Loose,
    /// Letters and stops, as in "U.S.": the end only before a word that often begins a sentence.
    Acronym,
    /// "a.m.", "p.m.": the end before a capital, unless a time zone or a day follows.
    Clock,
    /// One capital letter: "John F. Kennedy".
    Initial,
}

/// Sorted; compared in lower case, without the last stop.
#[rustfmt::skip]
const TITLES: &[&str] = &[
    "adm", "amb", "asst", "ayat", "brig", "capt", "cdr", "cmdr", "cmdt", "col", "cong", "congs", "cpl",
    "cpt", "dr", "drs", "eng", "ens", "fr", "gen", "gens", "gov", "govs", "h.e", "hon", "insp", "lt",
    "maj", "messrs", "mgr", "mlle", "mme", "mmes", "mr", "mrs", "ms", "msgr", "mt", "pfc", "pres",
    "prof", "profs", "pvt", "rep", "reps", "rev", "rt", "sen", "sens", "sgt", "sr.lt", "supt", "tech",
    "vice-adm",
];

#[rustfmt::skip]
const INNER: &[&str] = &[
    "approx", "ca", "cf", "e.g", "eg", "i.e", "ie", "incl", "v", "viz", "vs",
];

#[rustfmt::skip]
const NUMBERED: &[&str] = &[
    "art", "arts", "ch", "chap", "eq", "fig", "figs", "no", "nos", "nr", "nrs", "n°", "nº", "p", "para",
    "paras", "pp", "pt", "res", "sec", "sect", "ser", "tel", "vol", "vols",
];

#[rustfmt::skip]
const MONTHS: &[&str] = &[
    "apr", "aug", "dec", "feb", "fri", "jan", "jul", "jun", "mar", "mon", "nov", "oct", "sep", "sept",
    "thu", "thur", "thurs", "tue", "tues", "wed",
];

#[rustfmt::skip]
const SUFFIXES: &[&str] = &[
    "assn", "assoc", "ave", "blvd", "bros", "co", "corp", "dept", "dist", "esq", "est", "govt", "inc",
    "intl", "jr", "ltd", "mfg", "natl", "ph.d", "plc", "rd", "sr", "st", "ste", "univ",
];

#[rustfmt::skip]
const LOOSE: &[&str] = &[
    "al", "etc", "ft", "hr", "hrs", "in", "kg", "km", "lb", "lbs", "min", "mins", "mph", "oz", "tbsp",
    "tsp",
];

/// Some states and provinces as the wire agencies write them; they end a sentence like a suffix.
#[rustfmt::skip]
const PLACES: &[&str] = &[
    "ala", "ariz", "ark", "calif", "colo", "conn", "del", "fla", "ga", "ill", "ind", "kan", "ky", "la",
    "mass", "md", "mich", "minn", "miss", "mo", "mont", "neb", "nev", "okla", "ont", "ore", "pa",
    "penn", "que", "tenn", "tex", "va", "vt", "wash", "wis", "wyo",
];

fn holds(table: &[&str], word: &str) -> bool {
    table.binary_search(&word).is_ok()
}

/// What the full stop after `word` can mean; `None` for an ordinary word. `word` is as written,
/// without the stop, at most a few dozen bytes.
pub(super) fn kind(word: &str) -> Option<Kind> {
    let mut letters = word.chars();
    let first = letters.next()?;
    if letters.next().is_none() && first.is_uppercase() {
        return Some(Kind::Initial);
    }
    // The longest entry has nine letters; a longer word is an ordinary one unless hyphenated.
    let tail = word.rsplit(['-', '–']).next().unwrap_or(word);
    if tail.len() > 12 {
        return None;
    }
    if is_clock(tail) {
        return Some(Kind::Clock);
    }
    let mut buffer = [0u8; 12];
    let lower = lower_case(tail, &mut buffer);
    let capital = tail.chars().next().is_some_and(char::is_uppercase);
    let tables: [(&[&str], Kind); 6] = [
        (TITLES, Kind::Title),
        (INNER, Kind::Inner),
        (NUMBERED, Kind::Numbered),
        (SUFFIXES, Kind::Suffix),
        (MONTHS, Kind::Month),
        (PLACES, Kind::Suffix),
    ];
    for (table, kind) in tables {
        // "sun", "mass", "mar" and "wash" are words; as abbreviations they are capitalised.
        let needs_capital = kind == Kind::Title && tail != "messrs" || table == MONTHS || table == PLACES;
        if (capital || !needs_capital) && holds(table, lower) {
            return Some(kind);
        }
    }
    if !capital && lower != "in" && holds(LOOSE, lower) {
        return Some(Kind::Loose);
    }
    is_acronym(tail).then_some(Kind::Acronym)
}

/// Letters singly between stops: "U.S", "U.S.A", "D.C".
pub(super) fn is_acronym(word: &str) -> bool {
    word.contains('.')
        && word.split('.').all(|part| {
            let mut chars = part.chars();
            chars.next().is_some_and(char::is_alphabetic) && chars.next().is_none()
        })
}

/// ASCII lower case without allocation; other characters stay. `word` fits in the buffer.
fn lower_case<'b>(word: &str, buffer: &'b mut [u8; 12]) -> &'b str {
    let bytes = &mut buffer[..word.len()];
    bytes.copy_from_slice(word.as_bytes());
    bytes.make_ascii_lowercase();
    std::str::from_utf8(bytes).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_for_binary_search() {
        for table in [TITLES, INNER, NUMBERED, MONTHS, SUFFIXES, LOOSE, PLACES] {
            assert!(table.is_sorted(), "{table:?}");
            assert!(table.iter().all(|word| word.len() <= 12));
        }
    }

    #[test]
    fn kinds_of_common_abbreviations() {
        for (word, expected) in [
            ("Gen", Some(Kind::Title)),
            ("then-Sen", Some(Kind::Title)),
            ("U.S", Some(Kind::Acronym)),
            ("p.m", Some(Kind::Clock)),
            ("No", Some(Kind::Numbered)),
            ("F", Some(Kind::Initial)),
            ("etc", Some(Kind::Loose)),
            ("Inc", Some(Kind::Suffix)),
            ("Sept", Some(Kind::Month)),
            ("ceasefire", None),
            ("mar", None),
            ("", None),
        ] {
            assert_eq!(kind(word), expected, "{word}");
        }
    }
}
