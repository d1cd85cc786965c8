//! 128 bits of hash for any value that is `Hash`: the same bits in every run, on every machine, at any thread count.
//!
//! Two 64-bit lanes with different fixed seeds absorb the same words, each by a folded multiply as in the foldhash
//! crate. They share what costs time, packing small integers into words, and differ in what decides, the seeds.
//! Lengths and enum discriminants, which `Hash` writes as whole words, take one byte when small.
//!
//! A packed word is absorbed together with its shape: the widths of the integers in it, in their order. So two lists
//! of writes that differ, in a value, a width or a place, are two different inputs, however they fall into words.
//!
//! There are two exceptions. A signed integer is written as the unsigned one of its width, as `Hasher` does of itself: of
//! two values of one type, a place that holds a signed integer in one holds one in the other. And where bytes are
//! written one list after another, it is not told where the first ends: whoever writes bytes writes their number before
//! them, as slices do, or a mark behind them that is none of them, as `str` does with 255.

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
    /// One of the bytes that a list of them has beyond its last eight.
    Byte,
}

/// The shape of the second half of 128 bits, and of eight bytes of a list: no parts make them.
const HALF: u32 = 1 << 24;
const BYTES: u32 = 2 << 24;

impl Part {
    const fn bits(self) -> u32 {
        match self {
            Part::U8 | Part::Small | Part::Wide | Part::Byte => 8,
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

    /// A value of 64 bits: a word of its own, whose shape no parts make. A `u64` has none.
    #[inline(always)]
    fn whole(&mut self, value: u64, shape: u32) {
        if self.filled > 0 {
            self.absorb(self.word, self.shape);
            self.word = 0;
            self.filled = 0;
            self.shape = 0;
        }
        self.absorb(value, shape);
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
            self.whole(u64::from_le_bytes(*block), BYTES);
        }
        for byte in rest {
            self.pack(Part::Byte, u64::from(*byte));
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
        self.whole(value, 0);
    }

    #[inline(always)]
    fn write_u128(&mut self, value: u128) {
        self.whole(value as u64, 0);
        self.whole((value >> 64) as u64, HALF);
    }

    #[inline(always)]
    fn write_usize(&mut self, value: usize) {
        if value < WIDE as usize {
            self.pack(Part::Small, value as u64);
        } else {
            self.pack(Part::Wide, u64::from(WIDE));
            self.whole(value as u64, 0);
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
mod tests;
