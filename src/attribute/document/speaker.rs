//! A speaker: who says what stands in quotation marks.

use super::Reader;
use super::Scene;
use crate::attribute::cast::MemberId;
use crate::attribute::lexicon as words;
use crate::attribute::quotes::Quotation;
use crate::attribute::speech::Act;
use crate::segment::Sentence;
use std::ops::Range;

impl Reader<'_> {
    /// Who speaks in each quotation, and the sentence in which it opens.
    pub(super) fn speakers(
        &self,
        quotations: &[Quotation],
        sentences: &[Sentence],
        scenes: &[Scene],
    ) -> Vec<(Option<MemberId>, usize)> {
        let mut found: Vec<(Option<MemberId>, usize)> = Vec::with_capacity(quotations.len());
        for (index, quotation) in quotations.iter().enumerate() {
            let sentence_of = |byte: usize| {
                sentences.partition_point(|s| s.span.end <= byte).min(sentences.len().saturating_sub(1))
            };
            let (first, last) =
                (sentence_of(quotation.span.start), sentence_of(quotation.span.end.saturating_sub(1)));
            let by = if quotation.speech && !sentences.is_empty() {
                self.speaker(index, quotations, first, last, scenes, &found)
            } else {
                None
            };
            found.push((by, first));
        }
        found
    }

    /// The sentences of a quotation say more than the quotation: at least a subject and a verb.
    pub(super) fn framed(&self, span: &Range<usize>, first: usize, last: usize, scenes: &[Scene]) -> bool {
        let tokens = scenes[first].tokens.start..scenes[last].tokens.end;
        let outside = self.tokens[tokens].iter().filter(|t| t.word && !span.contains(&t.span.start));
        let mut verbs = 0;
        let mut count = 0;
        for token in outside {
            count += 1;
            verbs += usize::from(
                words::is_reporting(&token.lower) || matches!(token.lower.as_str(), "read" | "reads"),
            );
        }
        verbs == 1 && (2..=12).contains(&count)
    }

    pub(super) fn speaker(
        &self,
        index: usize,
        quotations: &[Quotation],
        first: usize,
        last: usize,
        scenes: &[Scene],
        earlier: &[(Option<MemberId>, usize)],
    ) -> Option<MemberId> {
        let span = &quotations[index].span;
        let who = |scene: &Scene, act: &Act| scene.mentions[act.subject].to.first().map(|(who, _)| *who);
        let byte = |scene: &Scene, act: &Act| scene.mentions[act.subject].mention.bytes.start;
        let outside = |scene: &'_ Scene| -> Vec<Act> {
            scene.acts.iter().filter(|a| a.inside.is_none()).cloned().collect()
        };
        let (opening, closing) = (&scenes[first], &scenes[last]);
        let after =
            outside(closing).into_iter().filter(|a| byte(closing, a) >= span.end).min_by_key(|a| a.verb);
        let before =
            outside(opening).into_iter().filter(|a| byte(opening, a) < span.start).max_by_key(|a| a.verb);
        // A quotation that another one follows before the verb does not own that verb's subject less.
        if let Some(by) = after.and_then(|a| who(closing, &a)) {
            let gap_opens = before.is_none();
            if gap_opens || first != last {
                return Some(by);
            }
        }
        if let Some(by) = before.and_then(|a| who(opening, &a)) {
            return Some(by);
        }
        let subject = opening.mentions.iter().rev().find(|m| {
            m.inside.is_none() && !m.object && m.mention.bytes.end <= span.start && !m.to.is_empty()
        });
        if let Some((by, _)) = subject.and_then(|m| m.to.first()) {
            return Some(*by);
        }
        if let Some((turn, _)) = &opening.turn {
            return turn.first().copied();
        }
        // Words outside the quotation that name no speaker: "…," the statement read.
        if self.framed(span, first, last, scenes) {
            return None;
        }
        // Only the quotation: whoever spoke last.
        let previous = index.checked_sub(1).map(|p| earlier[p]);
        if let Some((Some(by), opened)) = previous
            && opened + 3 >= first
        {
            let changed = scenes[opened.min(first)..first].iter().rev().find_map(|s| s.floor);
            return changed.or(Some(by));
        }
        // Whom the sentence before is about has just been introduced: "Doe explained it in an interview."
        let before = first.checked_sub(1).map(|p| &scenes[p]);
        let introduced = before.filter(|s| s.acts.iter().all(|a| a.inside.is_some())).and_then(|s| {
            let mut subjects = s.mentions.iter().filter(|m| m.inside.is_none() && !m.object);
            subjects
                .find_map(|m| m.to.first())
                .map(|(who, _)| *who)
                .filter(|&w| self.cast.member(w).is_person())
        });
        let floor = before.and_then(|s| s.floor);
        introduced.filter(|&w| w != self.unattributed).or(floor).or(self.headline_speaker)
    }
}
