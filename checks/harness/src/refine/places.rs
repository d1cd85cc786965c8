//! Places in a list, as a set: a bit for each.

/// A set of places, of any size.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Places(Box<[u64]>);

const BITS: usize = u64::BITS as usize;

impl Places {
    /// The places of those of `items` that `are`.
    pub(super) fn of<T>(items: &[T], mut are: impl FnMut(&T) -> bool) -> Places {
        let word = |items: &[T]| {
            let bits = items.iter().enumerate().map(|(at, item)| u64::from(are(item)) << at);
            bits.fold(0, |word, bit| word | bit)
        };
        Places(items.chunks(BITS).map(word).collect())
    }

    /// Is `at` one of them?
    pub(super) fn contains(&self, at: usize) -> bool {
        self.0.get(at / BITS).is_some_and(|word| word & (1 << (at % BITS)) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_a_long_list_is_told_apart() {
        for length in [0, 1, 12, 32, 63, 64, 65, 127, 128, 200] {
            let items: Vec<usize> = (0..length).collect();
            for chosen in 0..length {
                let places = Places::of(&items, |item| *item == chosen);
                let found: Vec<usize> = (0..length + BITS).filter(|at| places.contains(*at)).collect();
                assert_eq!(found, [chosen], "of {length}");
            }
        }
    }
}
