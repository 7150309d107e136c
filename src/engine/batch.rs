//! A batch: inputs of similar length that go through the network together, cut by padded tokens.

use std::ops::Range;

use crate::encode::Encoded;
use crate::model::padded_length;

/// Positions of `inputs` in batches of at most `budget` padded tokens (an input larger than that goes alone),
/// shortest first, so that little is padding.
pub fn plan(inputs: &[&Encoded], budget: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..inputs.len()).collect();
    order.sort_by_key(|&index| (inputs[index].ids.len(), index));
    let lengths: Vec<usize> = order.iter().map(|&index| inputs[index].ids.len()).collect();
    cut(&lengths, budget).into_iter().map(|range| order[range].to_vec()).collect()
}

/// Ranges over ascending `lengths`.
fn cut(lengths: &[usize], budget: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (index, &length) in lengths.iter().enumerate() {
        match ranges.last_mut() {
            // A batch has one padded length: mixing would pad the shorter ones up.
            Some(range)
                if padded_length(lengths[range.start]) == padded_length(length)
                    && (range.len() + 1) * padded_length(length) <= budget =>
            {
                range.end += 1;
            }
            _ => ranges.push(index..index + 1),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(length: usize) -> Encoded {
        Encoded { ids: vec![7; length], second_part: 1, markers: Vec::new() }
    }

    #[test]
    fn every_input_is_in_one_batch_within_the_budget() {
        let inputs: Vec<Encoded> = [5, 80, 17, 16, 3, 200, 33, 18, 90, 15, 31].map(input).into();
        let refs: Vec<&Encoded> = inputs.iter().collect();
        let batches = plan(&refs, 96);
        let mut all: Vec<usize> = batches.iter().flatten().copied().collect();
        all.sort_unstable();
        assert_eq!(all, (0..inputs.len()).collect::<Vec<_>>());
        for batch in &batches {
            let padded = batch.iter().map(|&i| padded_length(inputs[i].ids.len())).max().unwrap();
            assert!(batch.len() == 1 || padded * batch.len() <= 96, "{batch:?}");
        }
        assert!(batches.iter().any(|batch| batch.len() > 1));
    }
}
