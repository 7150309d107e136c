//! Holder recall: is the labelled holder among the candidates of its sentence? The ceiling of everything after.

use std::collections::BTreeMap;
use std::fmt;

use super::labels::{LabelledHolder, LabelledSentence};
use super::naming::same;
use crate::article::Article;
use crate::attribute::{self, Candidate};
use crate::registry::Registry;
use crate::segment;

/// What the label's mention is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MentionKind {
    Named,
    Pronoun,
    /// "The foreign minister".
    RoleNoun,
    /// "The two sides".
    Collective,
    /// The sentence does not mention the holder.
    Implicit,
}

impl MentionKind {
    fn of(holder: &LabelledHolder) -> Self {
        let words: Vec<&str> = holder.mention.split_whitespace().collect();
        let Some(first) = words.first() else { return Self::Implicit };
        let pronouns = [
            "he",
            "she",
            "they",
            "it",
            "we",
            "i",
            "us",
            "our",
            "my",
            "him",
            "her",
            "their",
            "its",
            "his country",
            "our country",
            "his government",
            "his administration",
            "me",
        ];
        if pronouns.contains(&holder.mention.to_lowercase().as_str()) {
            return Self::Pronoun;
        }
        let capital = |w: &&&str| w.starts_with(char::is_uppercase);
        let named = words.iter().skip(1).filter(capital).count() > 0
            || (first.starts_with(char::is_uppercase)
                && !matches!(*first, "The" | "A" | "An" | "Both" | "All" | "Some" | "Many"));
        match named {
            true => Self::Named,
            false if words.last().is_some_and(|w| w.ends_with('s')) => Self::Collective,
            false => Self::RoleNoun,
        }
    }
}

/// A labelled holder that no candidate matches.
#[derive(Debug, Clone)]
pub struct Miss {
    pub id: String,
    pub title: String,
    pub previous: String,
    pub sentence: String,
    pub actor: String,
    pub mention: String,
    pub kind: MentionKind,
    /// Names and mentions of the candidates.
    pub candidates: String,
}

/// Hits among all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    pub hits: usize,
    pub of: usize,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.of += 1;
        self.hits += usize::from(hit);
    }

    /// In [0, 1]; 0 of nothing.
    pub fn value(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.hits as f64 / self.of as f64 }
    }
}

/// Holder recall over labelled sentences.
#[derive(Debug, Clone, Default)]
pub struct HolderRecall {
    pub sentences: usize,
    /// Candidates, one for each mention.
    pub candidates: usize,
    /// Distinct actors among the candidates of each sentence.
    pub actors: usize,
    /// A candidate has the holder's name.
    pub holders: Share,
    /// The same, spellings that the registry knows as one actor counted as one name.
    pub by_registry: Share,
    /// A candidate with the holder's name overlaps its labelled mention (or has none where the label has none).
    pub mentions: Share,
    pub by_kind: BTreeMap<MentionKind, Share>,
    pub misses: Vec<Miss>,
}

/// Attributes every labelled sentence and compares.
pub fn holder_recall(labels: &[LabelledSentence], registry: &Registry) -> HolderRecall {
    let mut total = HolderRecall { sentences: labels.len(), ..HolderRecall::default() };
    for label in labels {
        let (article, start) = label.as_article();
        let candidates = candidates_from(&article, start, registry);
        total.candidates += candidates.len();
        let mut actors: Vec<&str> = candidates.iter().map(|c| c.holder.name.as_str()).collect();
        actors.sort_unstable();
        actors.dedup();
        total.actors += actors.len();
        for holder in label.holders.iter().filter(|h| !h.ambiguous) {
            let names = || [&holder.actor].into_iter().chain(&holder.also);
            let matching: Vec<&Candidate> =
                candidates.iter().filter(|c| names().any(|n| same(n, &c.holder.name))).collect();
            let known = |n: &str| registry.find(n);
            let one = |n: &String, c: &Candidate| known(n).is_some_and(|a| known(&c.holder.name) == Some(a));
            let by_registry = candidates.iter().any(|c| names().any(|n| one(n, c)));
            total.by_registry.count(by_registry || !matching.is_empty());
            let kind = MentionKind::of(holder);
            total.holders.count(!matching.is_empty());
            total.by_kind.entry(kind).or_default().count(!matching.is_empty());
            total.mentions.count(matching.iter().any(|c| match &c.mention {
                None => holder.mention.is_empty(),
                Some(range) => {
                    let text = &article.text[range.clone()];
                    !holder.mention.is_empty()
                        && (text.contains(&holder.mention) || holder.mention.contains(text))
                }
            }));
            if matching.is_empty() {
                total.misses.push(Miss {
                    id: label.id.clone(),
                    title: label.title.clone().unwrap_or_default(),
                    previous: label.previous.join(" "),
                    sentence: label.sentence.clone(),
                    actor: holder.actor.clone(),
                    mention: holder.mention.clone(),
                    kind,
                    candidates: describe(&candidates, &article.text),
                });
            }
        }
    }
    total
}

/// Candidates of the sentences that overlap the article from byte `start` on.
fn candidates_from(article: &Article, start: usize, registry: &Registry) -> Vec<Candidate> {
    let sentences = segment::segment(&article.text);
    attribute::attribute(article, &sentences, registry)
        .into_iter()
        .zip(&sentences)
        .filter(|(_, sentence)| sentence.span.end > start)
        .flat_map(|(candidates, _)| candidates)
        .collect()
}

fn describe(candidates: &[Candidate], text: &str) -> String {
    let one = |c: &Candidate| match &c.mention {
        Some(range) => format!("{} <{}>", c.holder.name, &text[range.clone()]),
        None => format!("{} <>", c.holder.name),
    };
    candidates.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl fmt::Display for HolderRecall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = |n: usize| n as f64 / self.sentences.max(1) as f64;
        let share = |s: Share| format!("{:.4} ({} of {})", s.value(), s.hits, s.of);
        writeln!(f, "sentences                {}", self.sentences)?;
        writeln!(f, "candidates per sentence  {:.2}", per(self.candidates))?;
        writeln!(f, "actors per sentence      {:.2}", per(self.actors))?;
        writeln!(f, "holder recall            {}", share(self.holders))?;
        writeln!(f, "  spellings as one       {}", share(self.by_registry))?;
        writeln!(f, "mention recall           {}", share(self.mentions))?;
        for (kind, hits) in &self.by_kind {
            writeln!(f, "  {:<23}{}", format!("{kind:?}"), share(*hits))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(json: &str) -> LabelledSentence {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn recall_counts_the_labelled_sentence_only() {
        let json = r#"{"id": "1", "previous": ["Oman hosts the talks."], "sentence": "Iran wants a deal, but the elves refuse.",
            "tone": "neu", "holders": [
            {"actor": "Iran", "mention": "Iran", "stance": "support", "basis": "action"},
            {"actor": "Oman", "mention": "", "stance": "support", "basis": "action"}]}"#;
        let recall = holder_recall(&[label(json)], Registry::builtin());
        assert_eq!(recall.holders, Share { hits: 1, of: 2 });
        assert_eq!(recall.mentions, Share { hits: 1, of: 2 });
        assert_eq!(recall.by_kind[&MentionKind::Implicit], Share { hits: 0, of: 1 });
        assert_eq!(recall.misses.len(), 1);
        assert_eq!(recall.misses[0].actor, "Oman");
    }

    #[test]
    fn mentions_are_told_apart_by_their_words() {
        let kind = |mention: &str| {
            let json =
                format!(r#"{{"actor": "x", "mention": "{mention}", "stance": "support", "basis": null}}"#);
            MentionKind::of(&serde_json::from_str(&json).unwrap())
        };
        assert_eq!(kind("He"), MentionKind::Pronoun);
        assert_eq!(kind("the spokesman"), MentionKind::RoleNoun);
        assert_eq!(kind("The two sides"), MentionKind::Collective);
        assert_eq!(kind("the U.S."), MentionKind::Named);
        assert_eq!(kind(""), MentionKind::Implicit);
    }
}
