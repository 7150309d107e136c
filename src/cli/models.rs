//! A model at hand: a folder with a manifest, found by name. Reads the manifest only; the engine checks the rest.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

const MANIFEST: &str = "manifest.json";

/// The part of a manifest that people choose a model by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSummary {
    pub name: String,
    pub description: String,
    pub topic: String,
    pub licence: String,
    #[serde(default)]
    pub folder: PathBuf,
}

/// Folders that hold models, the first match wins: `$DETENTE_MODELS`, `models` in the working directory, and
/// `models` beside or above the program.
pub fn places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> =
        std::env::var_os("DETENTE_MODELS").map(PathBuf::from).into_iter().collect();
    places.push("models".into());
    if let Ok(program) = std::env::current_exe().and_then(|path| path.canonicalize()) {
        places.extend(program.ancestors().skip(1).take(4).map(|folder| folder.join("models")));
    }
    places
}

/// The folder of the model that the user named: a path with a manifest, or a name in one of [`places`].
pub fn find(model: &str) -> Result<PathBuf> {
    let direct = Path::new(model);
    if direct.join(MANIFEST).is_file() {
        return Ok(direct.to_owned());
    }
    let in_places =
        || places().into_iter().map(|place| place.join(model)).find(|p| p.join(MANIFEST).is_file());
    if direct.components().count() == 1
        && let Some(found) = in_places()
    {
        return Ok(found);
    }
    let known: Vec<String> = list().into_iter().map(|summary| summary.name).collect();
    if known.is_empty() {
        bail!(
            "no model '{model}', nor any other, in {}; set DETENTE_MODELS to the folder that holds them",
            shown()
        );
    }
    bail!("no model '{model}'; there are: {} (or give the path of a model's folder)", known.join(", "));
}

fn shown() -> String {
    places().iter().map(|place| place.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// Every model at hand, by name.
pub fn list() -> Vec<ModelSummary> {
    let mut found: Vec<ModelSummary> = Vec::new();
    for place in places() {
        let Ok(entries) = std::fs::read_dir(&place) else { continue };
        for entry in entries.flatten() {
            if let Ok(summary) = summary(&entry.path())
                && !found.iter().any(|other| other.name == summary.name)
            {
                found.push(summary);
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The summary of the model in `folder`.
pub fn summary(folder: &Path) -> Result<ModelSummary> {
    let path = folder.join(MANIFEST);
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let mut summary: ModelSummary =
        serde_json::from_str(&text).with_context(|| format!("{}: not a model manifest", path.display()))?;
    summary.folder = folder.to_owned();
    Ok(summary)
}
