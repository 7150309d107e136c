//! `detente train`.

use detente::cli::args::{Common, TrainArgs};
use detente::cli::exit::{Failure, Outcome};

use crate::train::plan::Plan;
use crate::train::{Places, train};

pub fn run(args: &TrainArgs, common: &Common) -> Outcome {
    let mut plan = Plan::read(&args.plan).map_err(Failure::usage)?;
    if let Some(seed) = args.seed {
        plan.seed = seed;
    }
    let registry = super::registry(common.actors.as_deref())?;
    let places = Places { data: args.data.clone(), bases: args.bases.clone(), out: args.output.clone() };
    train(&plan, &places, registry, args.resume)?;
    Ok(0)
}
