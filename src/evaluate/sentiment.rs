//! A labelled target: a mention in a sentence with the sentiment that the sentence shows toward it. Reads the
//! formats of NewsMTSC (Hamborg and Donnay 2021) and DSE (Park et al. 2021).

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::{AddAssign, Range};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use super::calibration::Bins;
use super::stance::Counts;
use crate::statement::Tone;

/// One mention with its sentiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledTarget {
    pub sentence: String,
    /// Bytes of `sentence`.
    pub mention: Range<usize>,
    pub tone: Tone,
}

/// What came of labelled targets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SentimentFigures {
    /// Targets by label (rows) and prediction (columns), both in the order of [`Tone::ALL`].
    pub confusion: [[usize; 3]; 3],
    pub calibration: Bins,
}

impl SentimentFigures {
    /// In the order of [`Tone::ALL`].
    pub fn by_tone(&self) -> [Counts; 3] {
        std::array::from_fn(|tone| Counts::of_class(&self.confusion, tone))
    }

    /// Mean of the F1 of the three tones.
    pub fn macro_f1(&self) -> f64 {
        Counts::macro_f1(&self.by_tone())
    }

    /// Share of targets that are right.
    pub fn accuracy(&self) -> f64 {
        let right: usize = (0..3).map(|tone| self.confusion[tone][tone]).sum();
        right as f64 / self.confusion.iter().flatten().sum::<usize>().max(1) as f64
    }
}

impl AddAssign<&SentimentFigures> for SentimentFigures {
    fn add_assign(&mut self, other: &Self) {
        for (row, more) in self.confusion.iter_mut().zip(&other.confusion) {
            for (cell, more) in row.iter_mut().zip(more) {
                *cell += more;
            }
        }
        self.calibration += &other.calibration;
    }
}

#[derive(Deserialize)]
struct NewsMtscRow {
    sentence: String,
    /// In characters.
    from: usize,
    to: usize,
    polarity: i8,
}

/// Reads NewsMTSC's JSON lines: `sentence`, `from`, `to` (characters), `polarity` (-1, 0, 1).
pub fn read_news_mtsc(path: &Path) -> Result<Vec<LabelledTarget>> {
    read_lines(path, |line| {
        let row: NewsMtscRow = serde_json::from_str(line)?;
        let byte = |character: usize| {
            row.sentence.char_indices().map(|(byte, _)| byte).chain([row.sentence.len()]).nth(character)
        };
        let (from, to) = (byte(row.from), byte(row.to));
        let mention =
            from.zip(to).map(|(from, to)| from..to).context("'from' or 'to' lies outside the sentence")?;
        let tone = match row.polarity {
            -1 => Tone::Negative,
            0 => Tone::Neutral,
            1 => Tone::Positive,
            other => bail!("polarity {other} is none of -1, 0, 1"),
        };
        Ok(vec![LabelledTarget { sentence: row.sentence, mention, tone }])
    })
}

/// Reads DSE's tab-separated rows: a sentence with both entities in brackets, the entities, the relation. Yields
/// the entity at which the sentiment is directed; both of them, as neutral, where there is none.
pub fn read_dse(path: &Path) -> Result<Vec<LabelledTarget>> {
    read_lines(path, |line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [marked, _, _, relation] = fields[..] else { bail!("{} fields, expected 4", fields.len()) };
        let mut sentence = String::with_capacity(marked.len());
        let (mut opened, mut spans) = (None, Vec::new());
        for character in marked.chars() {
            match character {
                '[' if opened.is_none() && spans.len() < 2 => opened = Some(sentence.len()),
                ']' if opened.is_some() => spans.extend(opened.take().map(|start| start..sentence.len())),
                _ => sentence.push(character),
            }
        }
        ensure!(spans.len() == 2, "{} entities in brackets, expected 2", spans.len());
        let (targets, tone): (&[usize], Tone) = match relation {
            "0" => (&[0, 1], Tone::Neutral),
            "1" => (&[1], Tone::Positive),
            "2" => (&[0], Tone::Positive),
            "3" => (&[1], Tone::Negative),
            "4" => (&[0], Tone::Negative),
            other => bail!("relation '{other}' is none of 0 to 4"),
        };
        let target = |&index: &usize| LabelledTarget {
            sentence: sentence.clone(),
            mention: whole_word(&sentence, spans[index].clone()),
            tone,
        };
        Ok(targets.iter().map(target).collect())
    })
}

/// DSE's brackets often cut a word's last letters off.
fn whole_word(sentence: &str, span: Range<usize>) -> Range<usize> {
    let rest: usize =
        sentence[span.end..].chars().take_while(|c| c.is_alphanumeric()).map(char::len_utf8).sum();
    span.start..span.end + rest
}

fn read_lines(
    path: &Path,
    parse: impl Fn(&str) -> Result<Vec<LabelledTarget>>,
) -> Result<Vec<LabelledTarget>> {
    let file = File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let mut targets = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}", path.display(), index + 1);
        let line = line.with_context(place)?;
        if !line.trim().is_empty() {
            targets.extend(parse(&line).with_context(place)?);
        }
    }
    ensure!(!targets.is_empty(), "{}: holds no labelled target", path.display());
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn character_offsets_become_bytes() {
        let file =
            write("{\"sentence\": \"“Yes,” Vólkov said.\", \"from\": 7, \"to\": 13, \"polarity\": 1}\n");
        let targets = read_news_mtsc(file.path()).unwrap();
        assert_eq!(&targets[0].sentence[targets[0].mention.clone()], "Vólkov");
        assert_eq!(targets[0].tone, Tone::Positive);
    }

    #[test]
    fn the_target_of_a_directed_sentiment_is_its_object() {
        let file = write("[Venn] praised [Marli]a at length.\tVenn\tMarli\t1\n");
        let targets = read_dse(file.path()).unwrap();
        assert_eq!(targets.len(), 1);
        assert_eq!(&targets[0].sentence[targets[0].mention.clone()], "Marlia");
        assert_eq!(targets[0].sentence, "Venn praised Marlia at length.");
    }

    #[test]
    fn a_bad_row_is_named_by_line() {
        let file = write("[A] met [B].\tA\tB\t0\n[A] met B.\tA\tB\t0\n");
        let error = format!("{:#}", read_dse(file.path()).unwrap_err());
        assert!(error.contains(":2: 1 entities"), "{error}");
    }
}
