//! Word lists that decide between two readings of a full stop.

/// Words are looked at up to this many bytes; no table has a longer one.
pub(super) const MAX_WORD: usize = 48;

/// Words that often begin a sentence and seldom follow an abbreviation inside one. Sorted.
#[rustfmt::skip]
const STARTERS: &[&str] = &[
    "A", "According", "Accordingly", "Additionally", "After", "Again", "Against", "All", "Also",
    "Although", "Among", "An", "And", "Another", "Any", "As", "Asked", "At", "Because", "Before",
    "Besides", "Both", "But", "By", "Citing", "Consequently", "Despite", "Did", "Do", "Does", "During",
    "Each", "Earlier", "Even", "Every", "Everyone", "Finally", "For", "From", "Furthermore", "Given",
    "Had", "Has", "Have", "He", "Hence", "Her", "Here", "His", "How", "However", "I", "If", "In",
    "Indeed", "Instead", "Is", "It", "Its", "Last", "Later", "Let", "Likewise", "Many", "Meanwhile",
    "Moreover", "Most", "My", "Neither", "Nevertheless", "Next", "No", "Nobody", "Nonetheless", "Nor",
    "Not", "Now", "Of", "On", "Once", "One", "Only", "Or", "Other", "Others", "Otherwise", "Our",
    "Over", "Perhaps", "Recently", "Referring", "Regarding", "She", "Should", "Similarly", "Since",
    "So", "Some", "Speaking", "Still", "Such", "That", "The", "Their", "Then", "There", "Therefore",
    "These", "They", "This", "Those", "Though", "Through", "Thus", "To", "Today", "Under",
    "Unfortunately", "Unless", "Until", "Was", "We", "Well", "Were", "What", "When", "Whenever",
    "Where", "Whether", "Which", "While", "Who", "Whoever", "Why", "Will", "With", "Within", "Without",
    "Would", "Yes", "Yesterday", "Yet", "You", "Your",
];

/// Words that, even without their capital, begin a sentence after a full stop. Sorted.
#[rustfmt::skip]
const SMALL_STARTERS: &[&str] = &[
    "but", "he", "however", "i", "it", "she", "the", "they", "this", "we", "you",
];

/// Countries and capitals of the news: after "the U.S." they begin a new sentence, for nobody
/// writes "U.S. Russia". Sorted.
#[rustfmt::skip]
const COUNTRIES: &[&str] = &[
    "Afghanistan", "Ankara", "Australia", "Azerbaijan", "Baghdad", "Beijing", "Berlin", "Brussels",
    "Canada", "China", "Cuba", "Damascus", "Egypt", "Europe", "Europeans", "France", "Germany", "Hamas",
    "Hezbollah", "India", "Iran", "Iranians", "Iraq", "Israel", "Japan", "Jordan", "Kuwait", "Lebanon",
    "Moscow", "Oman", "Pakistan", "Pyongyang", "Qatar", "Riyadh", "Russia", "Syria", "Taiwan",
    "Taliban", "Tehran", "Tokyo", "Turkey", "Ukraine", "Venezuela", "Vietnam", "Washington", "Yemen",
];

/// What can follow a time of day inside a sentence. Sorted.
#[rustfmt::skip]
const AFTER_CLOCK: &[&str] = &[
    "April", "August", "BST", "CDT", "CEST", "CET", "CST", "December", "EDT", "EEST", "EET", "EST",
    "Eastern", "February", "Friday", "GMT", "IRDT", "IRST", "IST", "JST", "January", "July", "June",
    "MDT", "MSK", "MST", "March", "May", "Monday", "Moscow", "November", "October", "PDT", "PST",
    "Pacific", "Saturday", "September", "Sunday", "Tehran", "Thursday", "Tuesday", "UTC", "Wednesday",
];

/// Verbs that report speech. Sorted.
#[rustfmt::skip]
const SPEECH_VERBS: &[&str] = &[
    "added", "adds", "argued", "asked", "asks", "continued", "cried", "declared", "exclaimed",
    "inquired", "insisted", "noted", "pointed", "posted", "queried", "questioned", "recalled",
    "remarked", "replied", "said", "says", "shouted", "stated", "stressed", "told", "tweeted", "warned",
    "wondered", "wrote", "yelled",
];

/// Prepositions that open a sentence with a time: "At 5 a.m. Mr. Haddad left." Sorted.
#[rustfmt::skip]
const BEFORE_TIME: &[&str] = &[
    "About", "Around", "At", "Before", "By", "From", "Since", "Until",
];

/// Endings of host names, in lower case, as scraped text joins them to the next sentence. Sorted.
#[rustfmt::skip]
const HOST_ENDINGS: &[&str] = &[
    "ai", "biz", "ca", "cn", "co", "com", "de", "edu", "eu", "fr", "gov", "il", "in", "info", "int",
    "io", "iq", "ir", "it", "me", "mil", "net", "news", "org", "pk", "ru", "tr", "tv", "uk", "us",
];

/// Names that carry an exclamation or question mark of their own. Sorted.
#[rustfmt::skip]
const NAMES_WITH_MARK: &[&str] = &[
    "Jeopardy", "Live", "Yahoo", "Yum",
];

fn holds(table: &[&str], word: &str) -> bool {
    table.binary_search(&word).is_ok()
}

/// The word often begins a sentence.
pub(super) fn is_starter(word: &str) -> bool {
    holds(STARTERS, word) || word.split_once(['’', '\'']).is_some_and(|(stem, _)| holds(STARTERS, stem))
}

/// The word begins a sentence after a full stop, though written small.
pub(super) fn is_small_starter(word: &str) -> bool {
    holds(SMALL_STARTERS, word)
}

/// The word names a country, a capital or a party to the news as a noun of its own.
pub(super) fn is_country(word: &str) -> bool {
    let stem = word.strip_suffix("’s").or_else(|| word.strip_suffix("'s")).unwrap_or(word);
    holds(COUNTRIES, stem)
}

/// The word can follow a time of day inside a sentence.
pub(super) fn follows_clock(word: &str) -> bool {
    holds(AFTER_CLOCK, word)
}

/// The word reports speech.
pub(super) fn is_speech_verb(word: &str) -> bool {
    holds(SPEECH_VERBS, word)
}

/// The word opens a time of day at the head of a sentence.
pub(super) fn opens_time(word: &str) -> bool {
    holds(BEFORE_TIME, word)
}

/// The word, in any case, ends host names.
pub(super) fn is_host_ending(word: &str) -> bool {
    word.len() <= 4 && HOST_ENDINGS.iter().any(|ending| word.eq_ignore_ascii_case(ending))
}

/// The mark after the word is part of a name.
pub(super) fn is_name_with_mark(word: &str) -> bool {
    holds(NAMES_WITH_MARK, word)
}

/// "a.m" or "p.m", without the last stop.
pub(super) fn is_clock(word: &str) -> bool {
    matches!(word, "a.m" | "p.m" | "A.M" | "P.M" | "am" | "pm" | "AM" | "PM")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_for_binary_search() {
        for table in [
            STARTERS,
            SMALL_STARTERS,
            COUNTRIES,
            AFTER_CLOCK,
            SPEECH_VERBS,
            BEFORE_TIME,
            HOST_ENDINGS,
            NAMES_WITH_MARK,
        ] {
            assert!(table.is_sorted(), "{table:?}");
        }
    }

    #[test]
    fn contractions_count_as_their_first_word() {
        assert!(is_starter("It’s") && is_starter("They'll") && is_starter("The"));
        assert!(!is_starter("Congress") && is_country("Iran’s"));
    }
}
