//! An office is a title of a side, held by one actor at a time: the foreign minister of Iran.

use std::collections::HashMap;

use super::{Actor, ActorId, Registry};
use crate::article::PartialDate;

/// Offices by title, with the synonyms of titles.
#[derive(Debug, Default)]
pub(super) struct Offices {
    /// Title as texts give it, to the offices it may mean.
    synonyms: HashMap<String, Vec<String>>,
    /// Office to its holders: actor and position among its roles.
    holders: HashMap<String, Vec<(ActorId, usize)>>,
}

impl Offices {
    pub fn new(actors: &[Actor], synonyms: HashMap<String, Vec<String>>) -> Self {
        let mut offices = Self::default();
        for (title, meant) in synonyms {
            offices.synonyms.entry(tidy(&title)).or_default().extend(meant.iter().map(|office| tidy(office)));
        }
        for (index, actor) in actors.iter().enumerate() {
            for (position, role) in actor.roles.iter().enumerate() {
                offices.holders.entry(tidy(&role.title)).or_default().push((ActorId(index as u32), position));
            }
        }
        offices
    }

    /// The offices that `title` may mean: itself, then those it is a synonym of.
    fn meanings(&self, title: &str) -> Vec<String> {
        let mut offices = vec![title.to_owned()];
        offices.extend(self.synonyms.get(title).into_iter().flatten().filter(|o| *o != title).cloned());
        offices
    }
}

/// The title in lower case with single spaces, hyphens and apostrophes forgotten.
fn tidy(title: &str) -> String {
    let lower = title.to_lowercase().replace(['’', '\'', '.'], "").replace('-', " ");
    lower.split_whitespace().filter(|word| *word != "the").collect::<Vec<_>>().join(" ")
}

/// How surely somebody held an office on a date.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tenure {
    Possible,
    Certain,
}

impl Registry {
    /// Who held the office `title` of `side` (a canonical name) on `date`; for an unknown date,
    /// the holder only if there has been just one.
    ///
    /// Titles have synonyms ("top diplomat", "FM"); "leader" is the office that leads the side. An
    /// office of a body of the side counts when the side itself has none of that title. `None`
    /// too when the dates leave a choice between two holders.
    pub fn office_holder(&self, title: &str, side: &str, date: Option<PartialDate>) -> Option<ActorId> {
        let side = self.find(side)?;
        let title = tidy(title);
        let leading = self.actor(side).leader.as_deref().filter(|_| title == "leader");
        let offices = match leading {
            Some(office) => self.offices.meanings(&tidy(office)),
            None => self.offices.meanings(&title),
        };
        for below in [false, true] {
            for office in &offices {
                let holders = self.holders(office, side, below);
                if !holders.is_empty() {
                    return self.holder_on(&holders, date);
                }
            }
        }
        None
    }

    /// Holders of `office` of `side`, or with `below` of a body that belongs to it.
    fn holders(&self, office: &str, side: ActorId, below: bool) -> Vec<(ActorId, usize)> {
        let all = self.offices.holders.get(office).into_iter().flatten();
        all.copied()
            .filter(|&(actor, position)| {
                let role = &self.actor(actor).roles[position];
                let of = role.of.as_deref().or(self.actor(actor).parent.as_deref());
                let Some(of) = of.and_then(|name| self.by_name(name)) else { return false };
                of == side || (below && self.chain(of).contains(&side))
            })
            .collect()
    }

    /// The one holder on `date`, if the dates leave just one.
    fn holder_on(&self, holders: &[(ActorId, usize)], date: Option<PartialDate>) -> Option<ActorId> {
        let mut sure: Vec<ActorId> = Vec::new();
        let mut possible: Vec<ActorId> = Vec::new();
        for &(actor, position) in holders {
            let tenure = match date {
                Some(date) => self.tenure(actor, position, date),
                None => Some(Tenure::Certain),
            };
            let list = match tenure {
                Some(Tenure::Certain) => &mut sure,
                Some(Tenure::Possible) => &mut possible,
                None => continue,
            };
            if !list.contains(&actor) {
                list.push(actor);
            }
        }
        match (sure.as_slice(), possible.as_slice()) {
            ([only], _) => Some(*only),
            ([], [only]) => Some(*only),
            _ => None,
        }
    }

    fn tenure(&self, actor: ActorId, position: usize, date: PartialDate) -> Option<Tenure> {
        let role = &self.actor(actor).roles[position];
        let (first, last) = (date.first_day(), date.last_day());
        if role.from.is_some_and(|from| from.first_day() > last)
            || role.to.is_some_and(|to| to.last_day() < first)
        {
            return None;
        }
        let begun = role.from.is_some_and(|from| from.last_day() <= first);
        let lasting = match role.to {
            Some(to) => to.first_day() >= last,
            None => role.from.is_some(),
        };
        Some(if begun && lasting { Tenure::Certain } else { Tenure::Possible })
    }
}
