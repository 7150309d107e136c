//! A scoring configuration: everything that can change a score, and the key under which scores are found again.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::article::Article;

/// A model and every setting that can change what it says of an article.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoringConfiguration {
    /// Name of the model.
    pub model: String,
    /// Hex digest of the model's files.
    pub model_digest: String,
    pub topic: String,
    /// Arithmetic of the network: "f32", "bf16", "int8".
    pub precision: String,
    /// The rest: thresholds, version of attribution, digest of the registry, size of the context. What was measured of the model stands
    /// here too, under [`QUALITY`].
    pub settings: Value,
}

/// Key of the settings with what was measured of the model: told in reports, decides no score.
pub const QUALITY: &str = "quality";

impl ScoringConfiguration {
    /// 16 hex digits that change with any field but [`QUALITY`], whatever the order of the settings' keys.
    pub fn digest(&self) -> String {
        let mut deciding = self.clone();
        if let Value::Object(settings) = &mut deciding.settings {
            settings.remove(QUALITY);
        }
        let mut hash = Sha256::new();
        for part in
            [&self.model, &self.model_digest, &self.topic, &self.precision, &deciding.canonical_settings()]
        {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hex(&hash.finalize()[..8])
    }

    /// The settings as JSON with sorted keys.
    pub fn canonical_settings(&self) -> String {
        let mut out = String::new();
        write_canonical(&self.settings, &mut out);
        out
    }

    /// Name of the model and the first digits of its digest, as exports show it.
    pub fn model_label(&self) -> String {
        format!("{}@{}", self.model, self.model_digest.chars().take(8).collect::<String>())
    }
}

/// `serde_json` sorts keys or not depending on a feature that any dependency may turn on; a digest may not.
fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(value, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// A 128-bit hash of what a score depends on besides the configuration.
///
/// The date belongs to it because attribution looks up who held an office on that day: a corrected date scores that
/// article anew. Id, outlet, url and origin do not: correcting them only updates the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentKey(pub [u8; 16]);

impl ContentKey {
    /// Key of title, text and date.
    pub fn of(article: &Article) -> Self {
        Self::with_text_key(article).0
    }

    /// The key, and the key of title and text alone: two contents that share the latter differ in date only.
    pub(crate) fn with_text_key(article: &Article) -> (Self, Self) {
        let mut hash = Sha256::new();
        // Lengths keep "ab" + "c" apart from "a" + "bc"; a missing title is not an empty one.
        hash.update(article.title.as_ref().map_or(u64::MAX, |title| title.len() as u64).to_le_bytes());
        hash.update(article.title.as_deref().unwrap_or_default().as_bytes());
        hash.update((article.text.len() as u64).to_le_bytes());
        hash.update(article.text.as_bytes());
        let text_key = first_half(hash.clone());
        hash.update(article.date.map(|date| date.to_string()).unwrap_or_default().as_bytes());
        hash.update(b"\n");
        (Self(first_half(hash)), Self(text_key))
    }
}

fn first_half(hash: Sha256) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    key
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The contents that a configuration has scored: 16 bytes each, to be asked from any thread while the run writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScoredKeys {
    /// In ascending order.
    keys: Vec<ContentKey>,
}

impl ScoredKeys {
    pub(crate) fn from_sorted(keys: Vec<ContentKey>) -> Self {
        debug_assert!(keys.is_sorted());
        Self { keys }
    }

    /// The article needs no inference.
    pub fn contains(&self, article: &Article) -> bool {
        self.keys.binary_search(&ContentKey::of(article)).is_ok()
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn configuration() -> ScoringConfiguration {
        ScoringConfiguration {
            model: "small".into(),
            model_digest: "0123456789abcdef".into(),
            topic: "negotiation".into(),
            precision: "f32".into(),
            settings: json!({"context": 2, "threshold": 0.5}),
        }
    }

    #[test]
    fn the_digest_depends_on_every_field_but_not_on_key_order() {
        let base = configuration();
        let reordered =
            ScoringConfiguration { settings: json!({"threshold": 0.5, "context": 2}), ..configuration() };
        assert_eq!(base.digest(), reordered.digest());
        let changed = [
            ScoringConfiguration { model: "large".into(), ..configuration() },
            ScoringConfiguration { model_digest: "f".into(), ..configuration() },
            ScoringConfiguration { topic: "truce".into(), ..configuration() },
            ScoringConfiguration { precision: "bf16".into(), ..configuration() },
            ScoringConfiguration { settings: json!({"context": 3, "threshold": 0.5}), ..configuration() },
        ];
        for other in changed {
            assert_ne!(base.digest(), other.digest(), "{other:?}");
        }
        assert_eq!(base.model_label(), "small@01234567");
    }

    #[test]
    fn the_content_key_covers_title_text_and_date_only() {
        let article = |title: Option<&str>, text: &str, date: Option<&str>, outlet: &str| Article {
            id: outlet.to_owned(),
            title: title.map(str::to_owned),
            text: text.to_owned(),
            date: date.map(|d| d.parse().unwrap()),
            outlet: Some(outlet.to_owned()),
            url: None,
            origin: Default::default(),
        };
        let key = |a: &Article| ContentKey::of(a);
        let base = article(Some("a"), "b c", Some("2025-04"), "Post");
        assert_eq!(key(&base), key(&article(Some("a"), "b c", Some("2025-04"), "Courier")));
        for other in [
            article(Some("a b"), " c", Some("2025-04"), "Post"),
            article(Some("a"), "b c", Some("2025"), "Post"),
            article(Some("a"), "b c", None, "Post"),
            article(None, "b c", Some("2025-04"), "Post"),
        ] {
            assert_ne!(key(&base), key(&other), "{other:?}");
        }
    }
}
