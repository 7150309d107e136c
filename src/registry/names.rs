//! A name key says whether two spellings may name the same person: transliterations of Persian,
//! Arabic and Cyrillic names differ in ways that this folding forgets.
//!
//! Folded are gh and q, doubled letters, w and v, ph and f, x and ks, and runs of vowels to one of
//! three: a, i (e, i, y, ai, ei, ay, iy, yy) and u (o, u, ou, oo). Two people are the same when the
//! family names fold alike and the given names are compatible; a shared "Mohammad" or "Ali" alone
//! is too little when one side has further given names.

use super::words::{fold, words};

/// Words before a name that are not part of it, folded.
const TITLES: &[&str] = &[
    "admiral",
    "baroness",
    "crown",
    "king",
    "prince",
    "princess",
    "queen",
    "shah",
    "sultan",
    "adm",
    "ambassador",
    "amb",
    "ayatollah",
    "brigadier",
    "brig",
    "captain",
    "capt",
    "chairman",
    "chancellor",
    "colonel",
    "col",
    "commander",
    "congressman",
    "congresswoman",
    "dr",
    "emir",
    "envoy",
    "excellency",
    "former",
    "gen",
    "general",
    "governor",
    "gov",
    "grand",
    "hajj",
    "haji",
    "he",
    "his",
    "her",
    "hojatoleslam",
    "hojjatoleslam",
    "hujjatoleslam",
    "imam",
    "judge",
    "lady",
    "lieutenant",
    "lt",
    "lord",
    "madam",
    "maj",
    "major",
    "majesty",
    "highness",
    "marshal",
    "minister",
    "mr",
    "mrs",
    "ms",
    "mullah",
    "mulla",
    "maulana",
    "mawlawi",
    "molavi",
    "pope",
    "premier",
    "president",
    "prime",
    "prof",
    "professor",
    "rep",
    "representative",
    "rear",
    "royal",
    "sayed",
    "sayyed",
    "sayyid",
    "seyed",
    "seyyed",
    "seyyid",
    "syed",
    "sec",
    "secretary",
    "sen",
    "senator",
    "sgt",
    "sheikh",
    "shaikh",
    "shaykh",
    "sir",
    "speaker",
    "spokesman",
    "spokesperson",
    "spokeswoman",
    "vice",
    "deputy",
    "foreign",
    "the",
    "acting",
    "amir",
];

/// Titles that are also common given or family names; dropped only before two more words.
const TITLE_OR_NAME: &[&str] =
    &["amir", "general", "grand", "he", "imam", "major", "marshal", "pope", "premier", "prime", "royal"];

/// Particles that come and go between spellings.
const PARTICLES: &[&str] =
    &["al", "el", "ul", "ol", "bin", "ben", "ibn", "bint", "e", "jr", "sr", "de", "von", "van"];

/// First names so frequent, and so often only the first half of a compound, that they prove
/// little; among them the family names that come first in Korean and Chinese names.
const WEAK_GIVEN: &[&str] = &[
    "mohammad", "ali", "abdul", "abd", "mulla", "hossein", "hassan", "reza", "ahmad", "amir", "kim", "lee",
    "li", "ri", "pak", "park", "choe", "choi", "cho", "chung", "moon", "wang", "zhang", "liu", "chen", "han",
    "kang",
];

/// Spellings of one given name that folding does not reach; the first stands for all.
const GIVEN_NAMES: &[&[&str]] = &[
    &["mohammad", "mohammed", "muhammad", "muhammed", "mohamed", "mohamad", "mohd", "muhamad", "mohammod"],
    &["ahmad", "ahmed", "ahmet"],
    &["mahdi", "mehdi"],
    &["hassan", "hasan", "hassen"],
    &["hossein", "hussein", "hussain", "husayn", "hosein", "husain"],
    &["abdullah", "abdollah", "abdallah", "abdulla"],
    &["yusuf", "yousef", "youssef", "yousuf", "yussef", "yosef"],
    &["alexander", "aleksandr", "alexandr", "aleksander", "oleksandr"],
    &["vladimir", "volodymyr"],
    &["sergei", "sergey", "serhiy", "sergiy"],
    &["dmitry", "dmitri", "dmitriy", "dmytro"],
    &["mikhail", "mykhailo", "mikhael"],
    &["andrei", "andrey", "andriy", "andrii"],
    &["qassem", "qasem", "ghasem", "ghassem", "qasim", "kassem", "qassim"],
    &["saeed", "said", "saeid", "sa'id", "saied"],
    &["sadegh", "sadeq", "sadiq", "sadegh"],
    &["masoud", "masud", "massoud", "mas'ud"],
    &["robert", "rob", "bob"],
    &["michael", "mike"],
    &["joseph", "joe"],
    &["anthony", "antony", "tony"],
    &["william", "bill"],
    &["james", "jim"],
    &["thomas", "tom"],
    &["philip", "phil", "phillip"],
    &["stephen", "steven", "steve"],
];

/// Shorter names are too alike to be compared without the gaps between their words.
const MIN_JOINED: usize = 8;

/// How the names of two people relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRelation {
    /// Spellings of one name, or one form shorter than the other.
    Same,
    /// Same family name, and at least one of the two has no given name: context must decide.
    FamilyOnly,
    /// Different people.
    Different,
}

/// A person's name, folded for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NameKey {
    /// Folded given names and initials, in order.
    pub given: Vec<String>,
    /// Folded family name, the last word of the name.
    pub family: String,
    /// All words folded as one, so that "Takht-Ravanchi" equals "Takhtravanchi".
    pub joined: String,
}

/// `name` without the titles before it: "President Dr. Hassan Rouhani" becomes "Hassan Rouhani".
/// A name that is nothing but titles comes back whole.
pub fn strip_titles(name: &str) -> &str {
    let mut rest = name.trim();
    loop {
        let mut parts = words(rest);
        let Some(first) = parts.next() else { return rest };
        let left = parts.count();
        let folded = fold(first);
        let title = TITLES.contains(&folded.as_str());
        if !title || left == 0 || (left == 1 && TITLE_OR_NAME.contains(&folded.as_str())) || folded == "amir"
        {
            return rest;
        }
        let end = first.as_ptr() as usize - rest.as_ptr() as usize + first.len();
        rest = rest[end..].trim_start_matches(|c: char| !c.is_alphanumeric());
    }
}

/// The key of a person's name; `None` when nothing is left without titles.
pub fn name_key(name: &str) -> Option<NameKey> {
    let folded = fold(strip_titles(name));
    let mut parts: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    if parts.len() > 1 {
        parts.retain(|word| !PARTICLES.contains(word));
    }
    let (family, given) = parts.split_last()?;
    let given: Vec<String> = given.iter().map(|word| given_key(word)).collect();
    let family = phonetic(family);
    let joined = squeeze(&(given.concat() + &family));
    Some(NameKey { given, family, joined })
}

/// Whether `a` and `b` are spellings of the same person's full name. Names without a given name
/// are never the same: see [`NameRelation::FamilyOnly`].
pub fn same_person(a: &str, b: &str) -> bool {
    match (name_key(a), name_key(b)) {
        (Some(a), Some(b)) => a.relation(&b) == NameRelation::Same,
        _ => false,
    }
}

impl NameKey {
    /// How this name relates to `other`.
    pub fn relation(&self, other: &NameKey) -> NameRelation {
        let full = !self.given.is_empty() && !other.given.is_empty() && self.joined.len() >= MIN_JOINED;
        if full && self.joined == other.joined {
            return NameRelation::Same;
        }
        if self.family != other.family {
            return NameRelation::Different;
        }
        let (short, long) = if self.given.len() <= other.given.len() {
            (&self.given, &other.given)
        } else {
            (&other.given, &self.given)
        };
        match short.as_slice() {
            [] => NameRelation::FamilyOnly,
            [only] => match long.iter().position(|name| compatible(only, name)) {
                Some(_) if long.len() == 1 => NameRelation::Same,
                Some(_) if !is_weak(only) && only.len() > 1 => NameRelation::Same,
                _ => NameRelation::Different,
            },
            _ if short.len() == long.len() && short.iter().zip(long).all(|(a, b)| compatible(a, b)) => {
                NameRelation::Same
            }
            _ => NameRelation::Different,
        }
    }
}

fn is_weak(given: &str) -> bool {
    WEAK_GIVEN.iter().any(|weak| given_key(weak) == given)
}

/// Equal, or one the initial of the other.
fn compatible(a: &str, b: &str) -> bool {
    let initial = |short: &str, long: &str| short.len() == 1 && long.starts_with(short);
    a == b || initial(a, b) || initial(b, a)
}

fn given_key(word: &str) -> String {
    if word.chars().count() == 1 {
        return word.to_owned();
    }
    let standard = GIVEN_NAMES.iter().find(|names| names.contains(&word)).map_or(word, |names| names[0]);
    phonetic(standard)
}

/// Doubled letters once; joining two words may make new ones.
fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// A folded word by its sound; see the module for what it forgets.
pub(super) fn phonetic(word: &str) -> String {
    // Chinese and Korean syllables differ by their vowels alone.
    if word.len() <= 3 {
        return word.to_owned();
    }
    let word = match word.strip_suffix("eh").or_else(|| word.strip_suffix("ah")) {
        Some(stem) if stem.len() > 1 => format!("{stem}a"),
        _ => word.to_owned(),
    };
    let word =
        word.replace("gh", "q").replace("ph", "f").replace('x', "ks").replace("kh", "X").replace('w', "v");
    let mut out = String::with_capacity(word.len());
    // The vowels of the current run: i wins over u, u over a.
    let mut vowel: Option<char> = None;
    for c in word.chars() {
        let sound = match c {
            'a' => Some('a'),
            'e' | 'i' | 'y' => Some('i'),
            'o' | 'u' => Some('u'),
            _ => None,
        };
        match (sound, vowel) {
            (Some(new), None) => vowel = Some(new),
            (Some(new), Some(old)) => vowel = Some(stronger(old, new)),
            (None, _) => {
                out.extend(vowel.take());
                if !out.ends_with(c) {
                    out.push(c);
                }
            }
        }
    }
    out.extend(vowel);
    out
}

fn stronger(a: char, b: char) -> char {
    match (a, b) {
        ('i', _) | (_, 'i') => 'i',
        ('u', _) | (_, 'u') => 'u',
        _ => 'a',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_person_merge() {
        for (a, b) in [
            ("Abbas Araghchi", "Abbas Araqchi"),
            ("Abbas Araghchi", "Seyed Abbas Araqchi"),
            ("Kamal Kharazi", "Kamal Kharrazi"),
            ("Hossein Amir-Abdollahian", "Hossein Amirabdollahian"),
            ("Hossein Amir Abdollahian", "Hussein Amir-Abdollahian"),
            ("Majid Takht-Ravanchi", "Majid Takhtravanchi"),
            ("Ali Khamenei", "Ayatollah Seyyed Ali Khamene’i"),
            ("Hassan Rouhani", "President Hasan Rohani"),
            ("Ebrahim Raisi", "Ibrahim Raeisi"),
            ("Esmail Baghaei", "Esmaeil Baqaei"),
            ("Mohammad Bagher Ghalibaf", "Mohammad-Baqer Qalibaf"),
            ("Ismail Haniyeh", "Ismail Haniya"),
            ("Volodymyr Zelenskyy", "Volodymyr Zelensky"),
            ("Sergey Lavrov", "Sergei Lavrov"),
            ("Javad Zarif", "Mohammad Javad Zarif"),
            ("M. J. Zarif", "Mohammad Javad Zarif"),
            ("Robert Malley", "Rob Malley"),
            ("Kazem Gharibabadi", "Kazem Qaribabadi"),
            ("Abdel Fattah al-Sisi", "Abdel Fattah El Sisi"),
            ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan"),
        ] {
            assert!(same_person(a, b), "{a} / {b}: {:?} {:?}", name_key(a), name_key(b));
        }
    }

    #[test]
    fn different_people_do_not_merge() {
        for (a, b) in [
            ("Hassan Rouhani", "Hossein Rouhani"),
            ("Kamal Kharazi", "Sadegh Kharazi"),
            ("Mohammad Khatami", "Mohammad Reza Khatami"),
            ("Mohammad Khatami", "Ahmad Khatami"),
            ("Ali Larijani", "Mohammad Javad Larijani"),
            ("Ali Larijani", "Sadegh Larijani"),
            ("Ali Khamenei", "Mojtaba Khamenei"),
            ("George H. W. Bush", "George W. Bush"),
            ("Donald Trump", "Melania Trump"),
            ("Joe Biden", "Hunter Biden"),
            ("Kim Jong Un", "Kim Jong Il"),
            ("Moon Jae-in", "Moon Chung-in"),
            ("Nawaz Sharif", "Shehbaz Sharif"),
            ("Mahmoud Abbas", "Abbas Araghchi"),
            ("Ali Akbar Salehi", "Ali Akbar Velayati"),
            ("Mohammad bin Salman", "Mohammad bin Zayed"),
            ("Zarif", "Mohammad Javad Zarif"),
            ("Boris Johnson", "Ben Johnson"),
        ] {
            assert!(!same_person(a, b), "{a} / {b}");
        }
    }

    #[test]
    fn a_family_name_alone_is_left_to_context() {
        let (short, full) = (name_key("Mr. Zarif").unwrap(), name_key("Mohammad Javad Zarif").unwrap());
        assert_eq!(short.relation(&full), NameRelation::FamilyOnly);
        assert_eq!(name_key("Lavrov").unwrap().relation(&full), NameRelation::Different);
    }

    #[test]
    fn titles_go_but_names_that_look_like_titles_stay() {
        assert_eq!(strip_titles("Former President Dr. Hassan Rouhani"), "Hassan Rouhani");
        assert_eq!(strip_titles("Brig. Gen. Esmail Qaani"), "Esmail Qaani");
        assert_eq!(strip_titles("John Major"), "John Major");
        assert_eq!(strip_titles("Amir Saeed Iravani"), "Amir Saeed Iravani");
        assert_eq!(strip_titles("President"), "President");
    }
}
