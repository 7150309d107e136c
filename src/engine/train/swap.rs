//! A swapped query: the same sentence about other actors. A few thousand labelled sentences are about a few hundred actors,
//! and a model that may lean on their names judges the name and not the sentence (counterfactual augmentation: Lu et al. 2020,
//! "Gender Bias in Neural Natural Language Processing"; for entities, Longpre et al. 2021). Names of the registry are replaced,
//! the same actor by the same stand-in throughout, half of them by other actors of the registry, half by invented ones.

use std::collections::HashMap;
use std::ops::Range;

use detente::classify::{CandidateMark, Query};
use detente::registry::{ActorId, ActorKind, AliasForm, Registry};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// Share of the actors of a query that are replaced, when it is swapped at all.
const REPLACED: f64 = 0.85;
/// Share of stand-ins that no registry knows.
const INVENTED: f64 = 0.5;

/// What an actor is called instead.
#[derive(Debug, Clone)]
struct StandIn {
    name: String,
    /// A person's family name, an organisation's shortest name, a country's name.
    short: String,
    /// "Marlian"; of a person or an organisation, its short name.
    adjective: String,
    capital: String,
}

/// Swaps names; holds the stand-ins that the registry offers.
pub struct NameSwapper<'a> {
    registry: &'a Registry,
    people: Vec<StandIn>,
    countries: Vec<StandIn>,
    organisations: Vec<StandIn>,
}

impl<'a> NameSwapper<'a> {
    pub fn new(registry: &'a Registry) -> Self {
        let mut swapper =
            Self { registry, people: Vec::new(), countries: Vec::new(), organisations: Vec::new() };
        for (_, actor) in registry.actors() {
            let name = actor.name.clone();
            match actor.kind {
                ActorKind::Person => {
                    let short = name.rsplit(' ').next().unwrap_or(&name).to_owned();
                    let adjective = short.clone();
                    swapper.people.push(StandIn { name, adjective, capital: short.clone(), short });
                }
                ActorKind::Country => {
                    let (Some(adjective), Some(capital)) = (actor.adjectives.first(), actor.capitals.first())
                    else {
                        continue;
                    };
                    swapper.countries.push(StandIn {
                        short: name.clone(),
                        adjective: adjective.clone(),
                        capital: capital.clone(),
                        name,
                    });
                }
                ActorKind::Organisation => {
                    let names = std::iter::once(&name).chain(&actor.aliases);
                    let short = names.min_by_key(|name| name.len()).expect("at least one name").clone();
                    let (adjective, capital) = (short.clone(), short.clone());
                    swapper.organisations.push(StandIn { name, short, adjective, capital });
                }
                ActorKind::Group | ActorKind::Medium => {}
            }
        }
        swapper
    }

    /// `query` about other actors. Candidates keep their order, so labels parallel to them still fit.
    pub fn swap(&self, query: &Query, random: &mut ChaCha8Rng) -> Query {
        let mut stand_ins: HashMap<ActorId, Option<StandIn>> = HashMap::new();
        let (context, _) = self.replace(&query.context, &mut stand_ins, random);
        let (sentence, edits) = self.replace(&query.sentence, &mut stand_ins, random);
        let candidates = query
            .candidates
            .iter()
            .map(|candidate| match candidate {
                CandidateMark::Mention(span) => CandidateMark::Mention(moved(span, &edits)),
                CandidateMark::Implied(name) => {
                    CandidateMark::Implied(self.replace(name, &mut stand_ins, random).0)
                }
            })
            .collect();
        Query { context, sentence, candidates }
    }

    /// The text with stand-ins, and what was put where: (bytes of the old text, length of the new words).
    fn replace(
        &self,
        text: &str,
        stand_ins: &mut HashMap<ActorId, Option<StandIn>>,
        random: &mut ChaCha8Rng,
    ) -> (String, Vec<(Range<usize>, usize)>) {
        let (mut out, mut edits, mut at) = (String::with_capacity(text.len()), Vec::new(), 0);
        for found in self.registry.matches(text) {
            if found.span.start < at {
                continue;
            }
            let actor = self.registry.actor(found.actor);
            let stand_in = stand_ins
                .entry(found.actor)
                .or_insert_with(|| random.random_bool(REPLACED).then(|| self.choose(actor.kind, random))?);
            let Some(stand_in) = stand_in else { continue };
            let words = &text[found.span.clone()];
            let one_word = !words.contains(' ');
            let new = match found.form {
                AliasForm::Adjective if words.ends_with('s') && !stand_in.adjective.ends_with('s') => {
                    format!("{}s", stand_in.adjective)
                }
                AliasForm::Adjective => stand_in.adjective.clone(),
                AliasForm::FamilyName => stand_in.short.clone(),
                AliasForm::Name if found.capital => stand_in.capital.clone(),
                AliasForm::Name if one_word => stand_in.short.clone(),
                AliasForm::Name => stand_in.name.clone(),
            };
            out.push_str(&text[at..found.span.start]);
            out.push_str(&new);
            at = found.span.end;
            edits.push((found.span, new.len()));
        }
        out.push_str(&text[at..]);
        (out, edits)
    }

    fn choose(&self, kind: ActorKind, random: &mut ChaCha8Rng) -> Option<StandIn> {
        let invented = random.random_bool(INVENTED);
        match kind {
            ActorKind::Person if invented => Some(invented_person(random)),
            ActorKind::Country if invented => Some(invented_country(random)),
            ActorKind::Person => self.people.choose(random).cloned(),
            ActorKind::Country => self.countries.choose(random).cloned(),
            ActorKind::Organisation => self.organisations.choose(random).cloned(),
            ActorKind::Group | ActorKind::Medium => None,
        }
    }
}

/// Where a span of the old text stands in the new one.
fn moved(span: &Range<usize>, edits: &[(Range<usize>, usize)]) -> Range<usize> {
    let place = |byte: usize, at_end: bool| {
        let (mut old, mut new) = (0, 0);
        for (edit, length) in edits {
            if byte <= edit.start {
                break;
            }
            new += edit.start - old + length;
            old = edit.end;
            if byte < edit.end {
                // Inside replaced words: all of them.
                return if at_end { new } else { new - length };
            }
        }
        new + byte - old
    };
    place(span.start, false)..place(span.end, true)
}

const ONSETS: &[&str] = &[
    "b", "br", "d", "dr", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "sh", "st", "t", "tr", "v",
    "z",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "a", "e", "ai", "ou"];
const CODAS: &[&str] = &["", "n", "r", "l", "s", "m", "nd", "rk", "sh", "t"];
const GIVEN: &[&str] = &[
    "Amina", "Anton", "Birgit", "Carlos", "Dagny", "Elena", "Emre", "Farid", "Goran", "Hana", "Ibrahim",
    "Ilse", "Ines", "Jonas", "Karim", "Kwame", "Leila", "Lucia", "Mateo", "Mina", "Nadia", "Oskar", "Paulo",
    "Rafael", "Rosa", "Samir", "Sunniva", "Tariq", "Tomas", "Vera", "Viktor", "Yusra", "Zeynep", "Ana", "Bo",
    "Chidi",
];

fn invented_word(syllables: usize, random: &mut ChaCha8Rng) -> String {
    let mut word = String::new();
    for syllable in 0..syllables {
        let mut part = |list: &[&'static str]| *list.choose(random).expect("a list that is not empty");
        word.push_str(part(ONSETS));
        word.push_str(part(VOWELS));
        if syllable + 1 == syllables || word.len() < 5 {
            word.push_str(part(CODAS));
        }
    }
    let first = word.remove(0).to_ascii_uppercase();
    word.insert(0, first);
    word
}

fn invented_person(random: &mut ChaCha8Rng) -> StandIn {
    let short = invented_word(random.random_range(2..=3), random);
    let given = GIVEN.choose(random).expect("a list that is not empty");
    StandIn { name: format!("{given} {short}"), adjective: short.clone(), capital: short.clone(), short }
}

fn invented_country(random: &mut ChaCha8Rng) -> StandIn {
    let stem = invented_word(random.random_range(1..=2), random);
    let (ending, adjective) =
        *[("ia", "ian"), ("land", "landic"), ("istan", "istani"), ("ova", "ovan"), ("ar", "ari")]
            .choose(random)
            .expect("a list that is not empty");
    let name = format!("{stem}{ending}");
    StandIn {
        short: name.clone(),
        name,
        adjective: format!("{stem}{adjective}"),
        capital: invented_word(2, random),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn query(sentence: &str, mentions: &[&str]) -> Query {
        let mark = |words: &&str| {
            let at = sentence.find(words).expect("the words are there");
            CandidateMark::Mention(at..at + words.len())
        };
        Query {
            context: "Tehran has waited. Abbas Araghchi arrived.".into(),
            sentence: sentence.into(),
            candidates: mentions
                .iter()
                .map(mark)
                .chain([CandidateMark::Implied("Abbas Araghchi".into())])
                .collect(),
        }
    }

    #[test]
    fn mentions_stay_around_their_words_and_an_actor_has_one_stand_in() {
        let swapper = NameSwapper::new(Registry::builtin());
        let before =
            query("Iran and the Iranian minister Araghchi said he was ready.", &["Iran", "he", "Araghchi"]);
        let mut changed = 0;
        for seed in 0..40 {
            let after = swapper.swap(&before, &mut ChaCha8Rng::seed_from_u64(seed));
            let words = |index: usize| match &after.candidates[index] {
                CandidateMark::Mention(span) => after.sentence[span.clone()].to_owned(),
                CandidateMark::Implied(name) => name.clone(),
            };
            assert_eq!(words(1), "he", "{}", after.sentence);
            assert!(after.sentence.starts_with(&words(0)), "{}", after.sentence);
            // The implied name is the mentioned person's, in full.
            let full = words(3);
            assert!(
                full == words(2) || full.ends_with(&words(2)) || full.contains(&words(2)),
                "{full}: {}",
                words(2)
            );
            assert!(after.sentence.ends_with("said he was ready."));
            changed += usize::from(after.sentence != before.sentence);
        }
        assert!(changed > 30, "{changed} of 40");
    }

    #[test]
    fn the_same_seed_swaps_the_same_way() {
        let swapper = NameSwapper::new(Registry::builtin());
        let before = query("Iran rejected it.", &["Iran"]);
        let swap = |seed| swapper.swap(&before, &mut ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(swap(3), swap(3));
        assert_ne!(swap(3).sentence, swap(4).sentence);
    }
}
