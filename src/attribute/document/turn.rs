//! A turn: the label of a transcript, and whose it is.

use super::Reader;
use crate::attribute::cast::MemberId;
use crate::attribute::lexicon as words;
use crate::registry::ActorKind;

impl Reader<'_> {
    /// Whose turn the label announces; `None` for the press.
    pub(super) fn turn(&mut self, label: &str) -> Option<(Vec<MemberId>, String)> {
        let label = label.trim().trim_end_matches([':', '.']).trim();
        let lower = label.to_lowercase();
        if matches!(
            lower.as_str(),
            "q" | "question" | "reporter" | "press" | "participant" | "moderator" | "interviewer"
        ) {
            return None;
        }
        let name = |who: MemberId| Some((vec![who], label.to_owned()));
        if matches!(lower.as_str(), "a" | "answer") {
            let who = self.headline_speaker;
            let who = who.unwrap_or_else(|| self.cast.anonymous("interviewee", "interviewee", None, None));
            return name(who);
        }
        let office = lower.strip_prefix("the ").unwrap_or(&lower);
        if matches!(office, "president" | "vice president" | "first lady" | "prime minister") {
            // "Mr. President" is nobody yet.
            let named = |who: MemberId| !words::is_office(&self.cast.member(who).holder.name);
            let known = self
                .traces
                .iter()
                .rev()
                .map(|t| t.who)
                .find(|&w| named(w) && self.cast.fits(w, office, None) >= 4);
            let side = self.registry.find("United States");
            let holder = side.and_then(|side| self.in_office(office, side));
            // In an American transcript, theirs, whoever else was named before; elsewhere whoever was.
            let american = self.home == side;
            let who = match (known, holder) {
                (Some(who), None) => who,
                (Some(who), Some(_)) if !american => who,
                (_, Some(actor)) => self.cast.registered(actor),
                (None, None) => self.cast.anonymous(office, office, side, None),
            };
            return name(who);
        }
        let words: Vec<&str> = label.split_whitespace().collect();
        let last = words.last().copied()?;
        let female = words.first().and_then(|w| {
            let w = w.to_lowercase();
            if words::is_female_word(&w) { Some(true) } else { words::is_male_word(&w).then_some(false) }
        });
        if let Some(who) = self.cast.family(last) {
            self.cast.learn(who, None, self.home, female);
            return name(who);
        }
        if words::is_role(&last.to_lowercase()) {
            return name(self.cast.anonymous(&lower, &lower, self.home, female));
        }
        let name_words: Vec<String> = words
            .iter()
            .filter(|w| !words::is_honorific(&w.to_lowercase()) && !words::is_role(&w.to_lowercase()))
            .map(|w| capitalised(w))
            .collect();
        let full = name_words.join(" ");
        if full.is_empty() {
            return None;
        }
        let registered = self
            .registry
            .matches(&full)
            .into_iter()
            .find(|m| self.registry.actor(m.actor).kind == ActorKind::Person);
        let who = match registered {
            Some(found) => self.cast.registered(found.actor),
            None => self.cast.person(&full, None, self.home, female),
        };
        name(who)
    }
}

/// "PSAKI" as "Psaki".
pub(super) fn capitalised(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut start = true;
    for c in word.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = !c.is_alphanumeric();
    }
    out
}
