//! A name as text: folded for comparison, its last word, its bare form.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::lexicon as words;

/// The words by which a later short form calls a person: the last word, with a particle or a compound's
/// first part left out.
pub fn last_name(name: &str) -> &str {
    name.rsplit(' ')
        .find(|w| !w.is_empty() && !matches!(w.trim_end_matches('.'), "Jr" | "Sr" | "II" | "III" | "IV"))
        .unwrap_or(name)
}

/// Lower case without accents and apostrophes, hyphens as spaces.
pub fn fold(name: &str) -> String {
    name.nfd()
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '`' | '.'))
        .map(|c| if c == '-' { ' ' } else { c })
        .flat_map(char::to_lowercase)
        .collect()
}

/// A key that spellings of one name share: "Araghchi", "Araqchi"; "Kharrazi", "Kharazi".
pub fn spelling(word: &str) -> String {
    let folded = fold(word).replace(' ', "");
    let folded =
        folded.strip_prefix("al").filter(|rest| word.contains('-') && rest.len() > 3).unwrap_or(&folded);
    let replaced = folded
        .replace("gh", "q")
        .replace("kh", "k")
        .replace("ou", "u")
        .replace("oo", "u")
        .replace("ee", "i")
        .replace("iy", "i")
        .replace('y', "i")
        .replace('w', "v")
        .replace("sch", "sh");
    let mut key = String::with_capacity(replaced.len());
    for c in replaced.chars() {
        if !key.ends_with(c) {
            key.push(c);
        }
    }
    key
}

/// Leaves out what is no part of a group's name: articles and "some", "many".
pub fn bare(phrase: &str) -> &str {
    let mut rest = phrase;
    while let Some((first, tail)) = rest.split_once(' ') {
        let lower = first.to_lowercase();
        let drop = matches!(
            lower.as_str(),
            "the"
                | "a"
                | "an"
                | "these"
                | "those"
                | "this"
                | "that"
                | "its"
                | "their"
                | "his"
                | "her"
                | "our"
                | "any"
                | "most"
                | "even"
        ) || (matches!(lower.as_str(), "some" | "many" | "several")
            && tail.contains(' ')
            && !words::is_vague_group(tail));
        if !drop {
            break;
        }
        rest = tail;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_share_a_key() {
        assert_eq!(spelling("Araghchi"), spelling("Araqchi"));
        assert_eq!(spelling("Kharrazi"), spelling("Kharazi"));
        assert_eq!(spelling("Zelenskyy"), spelling("Zelensky"));
        assert_ne!(spelling("Salehi"), spelling("Salimi"));
    }

    #[test]
    fn group_names_lose_their_articles() {
        assert_eq!(bare("the European powers"), "European powers");
        assert_eq!(bare("some Western diplomats"), "Western diplomats");
        assert_eq!(bare("many people"), "many people");
    }
}
