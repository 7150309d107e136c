//! An era: the years that an article without a date may be of, and who held an office then.

use super::Reader;
use crate::article::PartialDate;
use crate::registry::ActorId;

const FIRST: i16 = 2010;
const LAST: i16 = 2026;

impl Reader<'_> {
    /// The years in which most of the article's office holders were in office, none before a year that it names.
    pub(super) fn era(&self) -> Vec<i16> {
        let people = &self.officials;
        let held = |actor: ActorId, year: i16| {
            self.registry.actor(actor).roles.iter().any(|r| {
                r.from.is_some_and(|from| from.year <= year) && r.to.is_none_or(|to| to.year >= year)
            })
        };
        let named = self.tokens.iter().filter(|t| t.word && t.lower.len() == 4);
        let latest =
            named.filter_map(|t| t.lower.parse::<i16>().ok()).filter(|y| (FIRST..=LAST).contains(y)).max();
        let votes = |year: i16| {
            let early = latest.is_some_and(|latest| year < latest);
            people.iter().filter(|&&a| held(a, year)).count() * 2 + usize::from(!early)
        };
        let best = (FIRST..=LAST).map(votes).max().unwrap_or_default();
        (FIRST..=LAST).filter(|&y| votes(y) == best).collect()
    }

    /// Who held the office `title` of `side`: on the article's date, or for most of its era.
    pub(super) fn in_office(&self, title: &str, side: ActorId) -> Option<ActorId> {
        let name = &self.registry.actor(side).name;
        let title = ["new ", "newly elected ", "current ", "incoming "]
            .iter()
            .find_map(|word| title.strip_prefix(word))
            .unwrap_or(title);
        if let Some(date) = self.article.date {
            return self.registry.office_holder(title, name, Some(date));
        }
        if let Some(only) = self.registry.office_holder(title, name, None) {
            return Some(only);
        }
        let years = self.era();
        let mut terms: Vec<(ActorId, usize)> = Vec::new();
        for month in years.iter().flat_map(|&y| [PartialDate::month(y, 3), PartialDate::month(y, 9)]) {
            if let Some(holder) = self.registry.office_holder(title, name, month) {
                match terms.iter_mut().find(|(who, _)| *who == holder) {
                    Some((_, n)) => *n += 1,
                    None => terms.push((holder, 1)),
                }
            }
        }
        let (holder, months) = terms.into_iter().max_by_key(|(_, n)| *n)?;
        // Half of a long era is a guess, but a better one than an unnamed minister.
        (months * 2 >= years.len()).then_some(holder)
    }
}
