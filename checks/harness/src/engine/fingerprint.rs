//! 128 bits of hash for any value that is `Hash`: the same bits in every run, on every machine, at any thread count.
//!
//! Two 64-bit lanes with different fixed seeds absorb the same words, each by a folded multiply as in the foldhash
//! crate. They share what costs time, packing small integers into words, and differ in what decides, the seeds.
//! Lengths and enum discriminants, which `Hash` writes as whole words, take one byte when small.
//!
//! A packed word is absorbed together with its shape: the widths of the integers in it, in their order. So two lists
//! of writes that differ, in a value, a width or a place, are two different inputs, however they fall into words.

use std::hash::{Hash, Hasher};

/// Fixed seeds: the fractional digits of pi, as every cipher since Blowfish takes them.
const SEEDS: [u64; 4] =
    [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89];

/// The marker before a word that does not fit into one byte, so that no two sequences of words look alike.
const WIDE: u8 = u8::MAX;

/// What may share a word with its neighbours. None is 0, so that a shape also says how many there are.
#[derive(Clone, Copy)]
enum Part {
    U8 = 1,
    U16,
    U32,
    /// A `usize` that fits into one byte.
    Small,
    /// The marker before a `usize` that does not.
    Wide,
}

impl Part {
    const fn bits(self) -> u32 {
        match self {
            Part::U8 | Part::Small | Part::Wide => 8,
            Part::U16 => 16,
            Part::U32 => 32,
        }
    }
}

/// The fingerprint of a value.
pub fn fingerprint<T: Hash + ?Sized>(value: &T) -> u128 {
    let mut hasher = Fingerprinter::new();
    value.hash(&mut hasher);
    hasher.both()
}

/// The bits of `lower`, rearranged one to one, so that the high ones depend on all of them. For states that are
/// their own fingerprint: different states keep different bits.
pub(super) fn scatter(packed: u128) -> u128 {
    let folded = packed ^ (packed >> 67);
    let spread = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let folded = spread ^ (spread >> 71);
    let spread = folded.wrapping_mul(0xd1b5_4a32_d192_ed03_8cb9_2ba7_2f3d_8dd7);
    spread ^ (spread >> 64)
}

/// A hasher with 128 bits of state and of result.
struct Fingerprinter {
    left: u64,
    right: u64,
    word: u64,
    filled: u32,
    /// The parts of `word`, three bits each: at most eight, so 24 bits.
    shape: u32,
}

#[inline(always)]
fn fold(x: u64, y: u64) -> u64 {
    let product = u128::from(x) * u128::from(y);
    (product as u64) ^ ((product >> 64) as u64)
}

impl Fingerprinter {
    #[inline]
    fn new() -> Self {
        Fingerprinter { left: SEEDS[0], right: SEEDS[1], word: 0, filled: 0, shape: 0 }
    }

    #[inline(always)]
    fn absorb(&mut self, word: u64, shape: u32) {
        self.left = fold(word ^ self.left, SEEDS[2] ^ u64::from(shape));
        self.right = fold(word ^ self.right, SEEDS[3] ^ u64::from(shape));
    }

    /// A value of less than 64 bits: it shares a word with its neighbours.
    #[inline(always)]
    fn pack(&mut self, part: Part, value: u64) {
        let bits = part.bits();
        if self.filled + bits > 64 {
            self.absorb(self.word, self.shape);
            self.word = value;
            self.filled = bits;
            self.shape = part as u32;
        } else {
            self.word |= value << self.filled;
            self.filled += bits;
            self.shape = self.shape << 3 | part as u32;
        }
    }

    /// A value of 64 bits: a word without a shape.
    #[inline(always)]
    fn whole(&mut self, value: u64) {
        if self.filled > 0 {
            self.absorb(self.word, self.shape);
            self.word = 0;
            self.filled = 0;
            self.shape = 0;
        }
        self.absorb(value, 0);
    }

    #[inline]
    fn both(&self) -> u128 {
        // The last word may be empty; its shape counts, and both halves pass through both lanes.
        let left = fold(self.word ^ self.left, SEEDS[2] ^ u64::from(self.shape));
        let right = fold(self.word ^ self.right, SEEDS[3] ^ u64::from(self.shape));
        let left_last = fold(left ^ SEEDS[1], SEEDS[2]) ^ right;
        let right_last = fold(right ^ SEEDS[0], SEEDS[3]) ^ left_last.rotate_left(32);
        u128::from(left_last) << 64 | u128::from(right_last)
    }
}

impl Hasher for Fingerprinter {
    fn write(&mut self, bytes: &[u8]) {
        // The length is not part of the stream: `Hash` writes it where it matters.
        let (blocks, rest) = bytes.as_chunks::<8>();
        for block in blocks {
            self.whole(u64::from_le_bytes(*block));
        }
        for byte in rest {
            self.pack(Part::U8, u64::from(*byte));
        }
    }

    #[inline(always)]
    fn write_u8(&mut self, value: u8) {
        self.pack(Part::U8, u64::from(value));
    }

    #[inline(always)]
    fn write_u16(&mut self, value: u16) {
        self.pack(Part::U16, u64::from(value));
    }

    #[inline(always)]
    fn write_u32(&mut self, value: u32) {
        self.pack(Part::U32, u64::from(value));
    }

    #[inline(always)]
    fn write_u64(&mut self, value: u64) {
        self.whole(value);
    }

    #[inline(always)]
    fn write_u128(&mut self, value: u128) {
        self.whole(value as u64);
        self.whole((value >> 64) as u64);
    }

    #[inline(always)]
    fn write_usize(&mut self, value: usize) {
        if value < WIDE as usize {
            self.pack(Part::Small, value as u64);
        } else {
            self.pack(Part::Wide, u64::from(WIDE));
            self.whole(value as u64);
        }
    }

    #[inline(always)]
    fn write_isize(&mut self, value: isize) {
        self.write_usize(value as usize);
    }

    fn finish(&self) -> u64 {
        self.both() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::{BTreeSet, HashMap, HashSet};

    #[test]
    fn equal_values_have_equal_fingerprints_in_every_run() {
        assert_eq!(fingerprint(&vec![1u8, 2, 3]), fingerprint(&vec![1u8, 2, 3]));
        // Pinned: checkpoints written by one build are read by another.
        assert_eq!(fingerprint(&0u64), fingerprint(&0i64));
    }

    #[test]
    fn small_and_wide_words_do_not_run_into_each_other() {
        let mut seen = HashSet::new();
        let values: Vec<Vec<usize>> = vec![
            vec![],
            vec![0],
            vec![0, 0],
            vec![0, 0, 0],
            vec![254],
            vec![255],
            vec![255, 0],
            vec![256],
            vec![usize::MAX],
            vec![255, 255],
        ];
        for value in &values {
            assert!(seen.insert(fingerprint(value)), "{value:?} shares a fingerprint");
        }
        let nested = [
            vec![vec![1u8], vec![]],
            vec![vec![], vec![1u8]],
            vec![vec![1u8]],
            vec![vec![], vec![], vec![1]],
        ];
        assert_eq!(nested.iter().map(fingerprint).collect::<HashSet<_>>().len(), nested.len());
    }

    #[test]
    fn either_half_alone_tells_half_a_million_small_values_apart() {
        let prints: Vec<u128> = (0u32..1 << 19).map(|n| fingerprint(&(n as u8, n >> 8))).collect();
        assert_eq!(prints.iter().map(|p| *p as u64).collect::<BTreeSet<_>>().len(), prints.len());
        assert_eq!(prints.iter().map(|p| (*p >> 64) as u64).collect::<BTreeSet<_>>().len(), prints.len());
    }

    #[test]
    fn flipping_one_bit_flips_about_half_of_the_fingerprint() {
        let (mut flipped, mut trials) = (0u32, 0u32);
        for value in 0u64..200 {
            for bit in 0..64 {
                flipped += (fingerprint(&value) ^ fingerprint(&(value ^ (1 << bit)))).count_ones();
                trials += 1;
            }
        }
        let mean = f64::from(flipped) / f64::from(trials);
        assert!((62.0..66.0).contains(&mean), "{mean} of 128 bits flip on average");
    }

    /// One write of a fixed width, as `Hash` makes it.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    enum Write {
        U8(u8),
        U16(u16),
        U32(u32),
        U64(u64),
        Usize(usize),
    }

    fn print(writes: &[Write]) -> u128 {
        let mut hasher = Fingerprinter::new();
        for write in writes {
            match *write {
                Write::U8(value) => hasher.write_u8(value),
                Write::U16(value) => hasher.write_u16(value),
                Write::U32(value) => hasher.write_u32(value),
                Write::U64(value) => hasher.write_u64(value),
                Write::Usize(value) => hasher.write_usize(value),
            }
        }
        hasher.both()
    }

    #[test]
    fn how_full_a_word_was_counts() {
        let seven = [&[Write::U8(1); 7][..], &[Write::U16(5)]].concat();
        let eight = [&[Write::U8(1); 7][..], &[Write::U8(0), Write::U16(5)]].concat();
        assert_ne!(print(&seven), print(&eight));
        let before_a_word = |zeros: usize| [vec![Write::U8(0); zeros], vec![Write::U64(9)]].concat();
        let prints: BTreeSet<u128> = (0..=8).map(|zeros| print(&before_a_word(zeros))).collect();
        assert_eq!(prints.len(), 9, "zeros before a word of 64 bits");
    }

    /// Small values, zeros above all, so that lists which differ are often the same bytes.
    fn write() -> impl Strategy<Value = Write> {
        let value = prop_oneof![4 => Just(0_u64), 2 => 0..3_u64, 1 => 254..258_u64, 1 => any::<u64>()];
        (0..5, value).prop_map(|(width, value)| match width {
            0 => Write::U8(value as u8),
            1 => Write::U16(value as u16),
            2 => Write::U32(value as u32),
            3 => Write::U64(value),
            _ => Write::Usize(value as usize),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// A failure prints both lists, shortened, and the seed.
        #[test]
        fn lists_of_writes_that_differ_have_different_fingerprints(
            (one, other) in (vec(write(), 0..14), vec(write(), 0..14), 0..14_usize).prop_map(|(one, other, common)| {
                // Both begin alike as often as not.
                let common = common.min(one.len());
                (one.clone(), [&one[..common], &other[..]].concat())
            })
        ) {
            prop_assert_eq!(one == other, print(&one) == print(&other), "{:?} and {:?}", one, other);
        }

        /// One element more, one less, or another width in one place.
        #[test]
        fn a_list_differs_from_each_of_its_neighbours(list in vec(write(), 1..14)) {
            let mut seen = HashMap::from([(print(&list), list.clone())]);
            let neighbours = (0..list.len()).flat_map(|at| {
                let (before, after) = (&list[..at], &list[at + 1..]);
                let others = [Write::U8(0), Write::U16(0), Write::U32(0), Write::U64(0), Write::Usize(0)];
                let without = [before, after].concat();
                let instead = others.map(|other| [before, &[other], after].concat());
                let more = others.map(|other| [before, &[other], &list[at..]].concat());
                [vec![without], instead.to_vec(), more.to_vec()].concat()
            });
            for neighbour in neighbours {
                let known = seen.entry(print(&neighbour)).or_insert_with(|| neighbour.clone());
                prop_assert_eq!(&*known, &neighbour, "of {:?}", list);
            }
        }
    }

    #[test]
    fn scattering_is_one_to_one() {
        let inputs = (0u128..1 << 17).chain((0u128..1 << 17).map(|n| n << 100));
        let mut seen = HashSet::new();
        let count = inputs.filter(|n| seen.insert(scatter(*n))).count();
        assert_eq!(count, (1 << 18) - 1, "0 is in both ranges, and nothing else is");
    }
}
