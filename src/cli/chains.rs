//! A chain: an actor and those above it, person to organisation to country, by the registry or by what articles say.

use std::collections::HashMap;

use crate::registry::Registry;
use crate::store::Selection;

/// For each actor of a selection, itself and those above it; actors that no statement names are added.
pub(super) struct Chains {
    /// The selection's actors, then those above them.
    pub(super) names: Vec<String>,
    /// Parallel to the selection's actors.
    pub(super) chains: Vec<Vec<u32>>,
}

impl Chains {
    /// The names of an actor of the selection and of those above it, nearest first.
    pub(super) fn names_above(&self, actor: usize) -> impl Iterator<Item = &str> {
        self.chains[actor].iter().map(|&above| self.names[above as usize].as_str())
    }

    /// `known` are the selection's actors and those that corrections name.
    pub(super) fn new(selection: &Selection, known: &[String], registry: &Registry) -> Self {
        let mut names: Vec<String> = known.to_vec();
        let mut position: HashMap<String, u32> =
            names.iter().enumerate().map(|(index, name)| (name.clone(), index as u32)).collect();
        // What articles say of actors that the registry does not know.
        let mut sides: HashMap<u32, &str> = HashMap::new();
        let mut of_several = std::collections::HashSet::new();
        for holder in selection.holders() {
            if let Some(side) = &holder.side
                && *sides.entry(holder.actor).or_insert(side) != side.as_str()
            {
                of_several.insert(holder.actor);
            }
        }
        // "Foreign minister" of one country here and of another there belongs to neither.
        sides.retain(|actor, _| !of_several.contains(actor));
        let chains = (0..names.len() as u32)
            .map(|actor| {
                let name = names[actor as usize].clone();
                let mut above: Vec<String> = vec![name.clone()];
                let known = registry.by_name(&name);
                if known.is_none() {
                    above.extend(sides.get(&actor).map(|side| (*side).to_owned()));
                }
                let from = known.or_else(|| sides.get(&actor).and_then(|side| registry.by_name(side)));
                if let Some(id) = from {
                    above.extend(registry.chain(id).into_iter().map(|id| registry.actor(id).name.clone()));
                }
                let mut chain: Vec<u32> = Vec::new();
                for name in above {
                    let index = *position.entry(name.clone()).or_insert_with(|| {
                        names.push(name);
                        names.len() as u32 - 1
                    });
                    if !chain.contains(&index) {
                        chain.push(index);
                    }
                }
                chain
            })
            .collect();
        Self { names, chains }
    }
}
