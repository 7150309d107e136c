//! A sketch: a few bytes that tell how alike two texts are.
//!
//! MinHash (A. Broder, "On the resemblance and containment of documents", 1997): of all word
//! shingles of a text, each of many hash functions keeps the smallest value. The share of functions
//! on which two texts agree estimates the share of shingles that they have in common (Jaccard). One
//! byte of each value is kept, which adds 1/256 to the estimate (P. Li and A. König, "b-bit minwise
//! hashing", 2010). Values taken together in bands are keys under which alike texts meet.

/// Words in a shingle: long enough that texts on one topic share few, short enough that an edited
/// word spoils few.
const SHINGLE_WORDS: usize = 3;

/// Hash functions.
const FUNCTIONS: usize = 64;

/// Bands of [`ROWS`] functions each. Texts alike by 0.6, 0.7, 0.8 meet in one of them with
/// probability 0.86, 0.97, 0.995; texts alike by 0.1 with 0.008.
pub(super) const BANDS: usize = 8;
const ROWS: usize = 3;

/// Words of the lede, and words from its start in which the lede of a copy may stand: a dateline or
/// an edit shifts it.
const LEDE_WORDS: usize = 40;
const TOP_WORDS: usize = 60;

/// Of the word pairs at the top, those whose hash divides by this are kept, and of these so many.
const TOP_SAMPLING: u64 = 2;
const TOP_PAIRS: usize = 32;

/// Distinct numbers at the top that are kept.
const NUMBERS: usize = 8;

/// Words before the lede at most: kicker, headline and summary.
const HEAD_WORDS: usize = 80;

/// What is kept of a text to compare it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sketch {
    minima: [u8; FUNCTIONS],
    /// Hashes of sampled word pairs at the top, in order; the first `lede_pairs` are of the lede.
    top: [u16; TOP_PAIRS],
    top_pairs: u8,
    lede_pairs: u8,
    /// The smallest hashes of the numbers near the top, ascending; the rest is `u16::MAX`.
    numbers: [u16; NUMBERS],
}

/// A text as the comparison sees it.
#[derive(Debug)]
pub(super) struct Fingerprint {
    /// Hash of all words in order: equal for equal texts whatever their case, wrapping, punctuation.
    pub words_hash: u64,
    /// Number of words.
    pub words: usize,
    pub sketch: Sketch,
    pub bands: [u32; BANDS],
}

impl Fingerprint {
    pub fn of(text: &str) -> Self {
        let mut minima = [u32::MAX; FUNCTIONS];
        let mut words_hash = 0u64;
        let mut window = [0u64; SHINGLE_WORDS];
        let mut count = 0;
        for_each_word(text, |hash, _| {
            words_hash = mix(words_hash.rotate_left(5) ^ hash);
            window.rotate_left(1);
            window[SHINGLE_WORDS - 1] = hash;
            count += 1;
            if count >= SHINGLE_WORDS {
                let shingle = window.iter().fold(0, |all, word| mix(all ^ word).rotate_left(17));
                update(&mut minima, (mix(shingle) >> 32) as u32);
            }
        });
        let mut bands = [0; BANDS];
        for (band, key) in bands.iter_mut().enumerate() {
            let rows = &minima[band * ROWS..(band + 1) * ROWS];
            *key = (rows.iter().fold(band as u64 + 1, |all, row| mix(all ^ u64::from(*row))) >> 32) as u32;
        }
        let mut sketch = Sketch::of_top(top_of(text));
        sketch.minima = minima.map(|value| (mix(u64::from(value)) >> 56) as u8);
        Self { words_hash, words: count, sketch, bands }
    }
}

impl Sketch {
    /// The word pairs and numbers of a text's top; the minima are left to be filled in.
    fn of_top(top: &str) -> Self {
        let mut sketch = Self {
            minima: [0; FUNCTIONS],
            top: [0; TOP_PAIRS],
            top_pairs: 0,
            lede_pairs: 0,
            numbers: [u16::MAX; NUMBERS],
        };
        let (mut count, mut previous, mut numbers) = (0, 0, Vec::new());
        for_each_word(top, |hash, is_number| {
            count += 1;
            if is_number && count <= TOP_WORDS {
                keep_smallest(&mut numbers, (hash >> 48) as u16);
            }
            let pair = mix(u64::rotate_left(previous, 9) ^ hash);
            let place = usize::from(sketch.top_pairs);
            if (2..=TOP_WORDS).contains(&count) && place < TOP_PAIRS && pair.is_multiple_of(TOP_SAMPLING) {
                sketch.top[place] = (pair >> 48) as u16;
                sketch.top_pairs += 1;
                sketch.lede_pairs += u8::from(count <= LEDE_WORDS);
            }
            previous = hash;
        });
        sketch.numbers[..numbers.len()].copy_from_slice(&numbers);
        sketch
    }

    /// Estimated share of shingles in common, in [0, 1]; its standard error is at most 0.07.
    pub fn resemblance(&self, other: &Self) -> f64 {
        let equal = self.minima.iter().zip(&other.minima).filter(|(a, b)| a == b).count();
        let share = equal as f64 / FUNCTIONS as f64;
        // Values that differ agree in their one byte once in 256 times.
        ((share - 1.0 / 256.0) / (1.0 - 1.0 / 256.0)).max(0.0)
    }

    /// Estimated share of each text's lede that stands at the top of the other, in [0, 1]: the
    /// smaller of the two, as a new lede may well be followed by an old one. 0 when too few words
    /// are there to tell.
    pub fn lede_in_common(&self, other: &Self) -> f64 {
        let share = |lede: &Self, top: &Self| {
            let pairs = &lede.top[..usize::from(lede.lede_pairs)];
            let found =
                pairs.iter().filter(|pair| top.top[..usize::from(top.top_pairs)].contains(pair)).count();
            if pairs.len() < 3 { 0.0 } else { found as f64 / pairs.len() as f64 }
        };
        share(self, other).min(share(other, self))
    }

    /// Share of the numbers near the top of the text with fewer of them that the other has too, in
    /// [0, 1]; `None` when either has none.
    pub fn numbers_in_common(&self, other: &Self) -> Option<f64> {
        let kept = |sketch: &Self| sketch.numbers.iter().filter(|&&number| number != u16::MAX).count();
        let fewer = kept(self).min(kept(other));
        let common = self.numbers.iter().filter(|&n| *n != u16::MAX && other.numbers.contains(n)).count();
        (fewer > 0).then(|| common as f64 / fewer as f64)
    }
}

/// The text from its lede on, as far as the top can reach. Paragraphs that are no sentence (kicker,
/// headline, byline) stand before the lede, and so does a summary between two of them.
fn top_of(text: &str) -> &str {
    let (mut lede, mut position, mut words) = (0, 0, 0);
    for line in text.split_inclusive('\n') {
        position += line.len();
        words += line.split_whitespace().take(HEAD_WORDS + 1).count();
        if words > HEAD_WORDS {
            break;
        }
        let bare = line.trim_end().trim_end_matches(['"', '\'', '”', '’', '»', ')']);
        // In hard-wrapped text a line may end anywhere; only short ones before a blank line count.
        let alone = text[position..].trim_start_matches([' ', '\t', '\r']).starts_with('\n');
        if alone
            && !bare.is_empty()
            && !bare.ends_with(['.', '!', '…'])
            && line.split_whitespace().count() <= 30
        {
            lede = position;
        }
    }
    let rest = &text[lede..];
    let rest = if rest.trim().is_empty() { text } else { rest };
    let end = rest.char_indices().map(|(at, _)| at).nth(TOP_WORDS * 16).unwrap_or(rest.len());
    &rest[..end]
}

/// Lowers each minimum that the shingle's value undercuts under its function.
fn update(minima: &mut [u32; FUNCTIONS], shingle: u32) {
    for (minimum, (mask, factor)) in minima.iter_mut().zip(MASKS.iter().zip(&FACTORS)) {
        let value = (shingle ^ mask).wrapping_mul(*factor);
        *minimum = (*minimum).min(value ^ (value >> 15));
    }
}

fn keep_smallest(numbers: &mut Vec<u16>, number: u16) {
    if number == u16::MAX {
        return;
    }
    if let Err(place) = numbers.binary_search(&number)
        && place < NUMBERS
    {
        numbers.insert(place, number);
        numbers.truncate(NUMBERS);
    }
}

/// Calls `each` with the hash of every word, in lower case, and whether it holds a digit.
/// Apostrophes, and points and commas inside numbers, do not end a word.
fn for_each_word(text: &str, mut each: impl FnMut(u64, bool)) {
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let (mut hash, mut number, mut after_digit) = (START, false, false);
    let add = |c: char, hash: &mut u64| {
        *hash = (*hash ^ u64::from(u32::from(c))).wrapping_mul(PRIME);
    };
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_alphanumeric() {
            number |= c.is_ascii_digit();
            after_digit = c.is_ascii_digit();
            if c.is_ascii() {
                add(c.to_ascii_lowercase(), &mut hash);
            } else {
                c.to_lowercase().for_each(|lower| add(lower, &mut hash));
            }
            continue;
        }
        let inside_number =
            after_digit && matches!(c, '.' | ',') && rest.peek().is_some_and(char::is_ascii_digit);
        if inside_number {
            add(c, &mut hash);
            continue;
        }
        if hash == START || matches!(c, '\'' | '’' | '\u{ad}') {
            continue;
        }
        each(mix(hash), number);
        (hash, number, after_digit) = (START, false, false);
    }
    if hash != START {
        each(mix(hash), number);
    }
}

/// The finaliser of SplitMix64: every input bit moves every output bit.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

const MASKS: [u32; FUNCTIONS] = constants(1, 0);
const FACTORS: [u32; FUNCTIONS] = constants(2, 1);

/// Fixed random numbers; `low` is or-ed in, so that factors are odd.
const fn constants(seed: u64, low: u32) -> [u32; FUNCTIONS] {
    let mut values = [0; FUNCTIONS];
    let mut index = 0;
    while index < FUNCTIONS {
        values[index] = (mix(seed << 32 | index as u64) >> 32) as u32 | low;
        index += 1;
    }
    values
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn words(text: &str) -> usize {
        Fingerprint::of(text).words
    }

    /// Text of `count` distinct pseudo-words from `first` on.
    fn run(first: usize, count: usize) -> String {
        (first..first + count).map(|n| format!("w{:x}q ", mix(n as u64))).collect()
    }

    #[test]
    fn case_wrapping_and_punctuation_do_not_count() {
        let hash = |text: &str| Fingerprint::of(text).words_hash;
        assert_eq!(hash("“Talks,” he said:\nnot now."), hash("talks he  SAID - not now"));
        assert_eq!(hash("Iran's envoy"), hash("Iran’s envoy"));
        assert_ne!(hash("not now"), hash("now not"));
        assert_ne!(hash("rose 1.5 percent"), hash("rose 15 percent"));
        assert_eq!((words("It’s 1,200.50 dollars."), words(" – ")), (3, 0));
    }

    #[test]
    fn the_estimate_follows_the_true_share() {
        let whole = Fingerprint::of(&run(0, 1000)).sketch;
        for shared in [950, 800, 500, 200, 0] {
            let other = Fingerprint::of(&run(1000 - shared, 1000)).sketch;
            let truth = (shared as f64 - 2.0).max(0.0) / (1998.0 - shared as f64);
            assert!(
                (whole.resemblance(&other) - truth).abs() < 0.17,
                "{shared}: {}",
                whole.resemblance(&other)
            );
        }
    }

    #[test]
    fn the_hash_functions_differ_and_spread() {
        let sketch = Fingerprint::of(&run(0, 300)).sketch;
        let values: BTreeSet<u8> = sketch.minima.iter().copied().collect();
        assert!(values.len() > 45, "{}", values.len());
        // The estimate has no bias: over many pairs its mean is the truth.
        let pairs = 60;
        let mean = (0..pairs)
            .map(|n| {
                let (a, b) = (run(n * 10_000, 302), run(n * 10_000 + 100, 302));
                Fingerprint::of(&a).sketch.resemblance(&Fingerprint::of(&b).sketch)
            })
            .sum::<f64>()
            / pairs as f64;
        assert!((mean - 0.5).abs() < 0.03, "{mean}");
    }

    #[test]
    fn the_lede_begins_behind_kicker_headline_and_summary() {
        let lede = "The envoy said on Monday that the talks would resume.\n\nHe gave no date.";
        let head =
            "Head of the council:\n\nTalks will resume\n\nThe envoy gives no date.\n\nTalks will resume";
        assert_eq!(top_of(&format!("{head}\n\n{lede}")).trim(), lede);
        assert_eq!(top_of(lede), lede);
        assert_eq!(top_of("Talks will resume\n"), "Talks will resume\n");
        let wrapped = "The envoy said on\nMonday that the talks\nwould resume.\n";
        assert_eq!(top_of(wrapped), wrapped);
    }

    #[test]
    fn ledes_are_the_same_behind_a_headline_or_dateline_but_not_behind_a_new_lede() {
        let lede = |text: &str| Fingerprint::of(text).sketch;
        let text = run(0, 400);
        let original = lede(&text);
        assert_eq!(original.lede_in_common(&lede(&format!("{}\n\n{text}", run(1000, 20)))), 1.0);
        assert!(original.lede_in_common(&lede(&format!("PORT SELLEN, April 14 (Agency) – {text}"))) > 0.6);
        assert!(original.lede_in_common(&lede(&format!("{}{text}", run(2000, 35)))) < 0.5);
    }

    #[test]
    fn numbers_are_compared_when_there_are_some() {
        let numbers = |text: &str| Fingerprint::of(text).sketch;
        let one = numbers("rose 12 points to 1,250.5 on volume of 300");
        assert_eq!(one.numbers_in_common(&numbers("300 then 12 and 1,250.5 on April 14")), Some(1.0));
        assert_eq!(one.numbers_in_common(&numbers("fell 13 points to 1,237.5 on volume of 310")), Some(0.0));
        assert_eq!(one.numbers_in_common(&numbers("no numbers")), None);
    }
}
