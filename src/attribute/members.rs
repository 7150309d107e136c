//! Members of a counted group that are merely listed: "six powers, including France and Norland, agreed" shows the
//! position of the six powers; the list says who they are, and its entries are no holders beside the group. A group
//! without a number ("the parties, including France") has its members named because they are the news: they stay.

use super::{Candidate, Reason};

/// Fewer names than this beside a group are as likely actors of their own ("the two sides, Marlia and Tolmar").
const LEAST_MEMBERS: usize = 3;

/// What may stand between a group and the first of its members.
const INTRODUCTIONS: &[&str] = &[
    "",
    "the",
    "including",
    "including the",
    "namely",
    "namely the",
    "comprising",
    "comprising the",
    "made up of",
    "such as",
    "group",
];

/// What may stand between two members.
const GLUE: &[&str] =
    &["", "and", "plus", "the", "and the", "plus the", "as well as", "as well as the", "minus"];

const NUMBERS: &[&str] = &["three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// Drops the candidates that are listed members of a counted group before them. `is_known_group` knows the groups
/// whose name is their number: "P5+1", "E3".
pub(super) fn drop_listed(
    text: &str,
    candidates: Vec<Candidate>,
    is_known_group: impl Fn(&Candidate) -> bool,
) -> Vec<Candidate> {
    let mut order: Vec<usize> = (0..candidates.len()).filter(|&i| candidates[i].mention.is_some()).collect();
    let span = |index: usize| candidates[index].mention.clone().unwrap_or(0..0);
    order.sort_by_key(|&index| (span(index).start, span(index).end));
    let mut dropped = vec![false; candidates.len()];
    for (position, &group) in order.iter().enumerate() {
        let candidate = &candidates[group];
        let counted = |phrase: &str| {
            phrase.split_whitespace().any(|word| NUMBERS.contains(&word.to_lowercase().as_str()))
                || phrase.contains(|c: char| c.is_ascii_digit())
        };
        let is_counted = matches!(&candidate.reason, Reason::Collective { phrase } if counted(phrase));
        if !is_counted && !is_known_group(candidate) {
            continue;
        }
        let mut end = span(group).end;
        let mut members = Vec::new();
        for &member in &order[position + 1..] {
            let next = span(member);
            let named = matches!(candidates[member].reason, Reason::Named { .. });
            let allowed = if members.is_empty() { INTRODUCTIONS } else { GLUE };
            if next.start < end || !named || !joined_by(&text[end..next.start], allowed) {
                break;
            }
            members.push(member);
            end = next.end;
        }
        if members.len() >= LEAST_MEMBERS {
            members.into_iter().for_each(|member| dropped[member] = true);
        }
    }
    candidates
        .into_iter()
        .zip(dropped)
        .filter(|(_, dropped)| !dropped)
        .map(|(candidate, _)| candidate)
        .collect()
}

/// Only punctuation and one of `words` in between.
fn joined_by(between: &str, words: &[&str]) -> bool {
    if between.len() > 40 || between.contains(['.', ';', '?', '!']) {
        return false;
    }
    let bare: Vec<&str> =
        between.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.contains(&bare.join(" ").to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::super::Holder;
    use super::*;

    /// Candidates for each of `groups` and `names`, in the order of the text; the names that stay.
    fn left(text: &str, groups: &[&str], names: &[&str]) -> Vec<String> {
        let candidate = |name: &str, reason: Reason| {
            let at = text.find(name).unwrap();
            Candidate {
                holder: Holder { name: name.into(), registered: true, role: None, side: None },
                mention: Some(at..at + name.len()),
                reason,
                claimant: None,
            }
        };
        let groups = groups.iter().map(|name| candidate(name, Reason::Collective { phrase: (*name).into() }));
        let names = names.iter().map(|name| candidate(name, Reason::Named { alias: (*name).into() }));
        drop_listed(text, groups.chain(names).collect(), |_| false)
            .into_iter()
            .map(|c| c.holder.name)
            .collect()
    }

    #[test]
    fn listed_members_give_way_to_their_group() {
        let text = "Marlia and six powers, including the Norland, Tolmar and Kessara, struck the deal.";
        assert_eq!(
            left(text, &["six powers"], &["Marlia", "Norland", "Tolmar", "Kessara"]),
            ["six powers", "Marlia"]
        );
        let text =
            "Talks between Marlia and the three remaining signatories — Norland, Tolmar, Kessara — went on.";
        let found =
            left(text, &["the three remaining signatories"], &["Marlia", "Norland", "Tolmar", "Kessara"]);
        assert_eq!(found, ["the three remaining signatories", "Marlia"]);
    }

    #[test]
    fn two_named_sides_and_actors_of_another_clause_stay() {
        let text = "The two sides, Marlia and Tolmar, agreed.";
        assert_eq!(
            left(text, &["The two sides"], &["Marlia", "Tolmar"]),
            ["The two sides", "Marlia", "Tolmar"]
        );
        let text = "The parties, including Norland, Tolmar and Kessara, agreed.";
        assert_eq!(left(text, &["The parties"], &["Norland", "Tolmar", "Kessara"]).len(), 4);
        let text = "Four powers met. Norland, Tolmar and Kessara stayed away.";
        assert_eq!(left(text, &["Four powers"], &["Norland", "Tolmar", "Kessara"]).len(), 4);
        let text = "Five powers urged Norland, Tolmar and Kessara to talk.";
        assert_eq!(left(text, &["Five powers"], &["Norland", "Tolmar", "Kessara"]).len(), 4);
    }
}
