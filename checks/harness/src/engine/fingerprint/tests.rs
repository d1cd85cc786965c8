//! Values that differ have other fingerprints, as far as `Hash` tells them apart.

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
    let nested =
        [vec![vec![1u8], vec![]], vec![vec![], vec![1u8]], vec![vec![1u8]], vec![vec![], vec![], vec![1]]];
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
#[derive(Clone, PartialEq, Eq, Debug)]
enum Write {
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    U128(u128),
    Usize(usize),
    Isize(isize),
    Bytes(Vec<u8>),
}

fn print(writes: &[Write]) -> u128 {
    let mut hasher = Fingerprinter::new();
    for write in writes {
        match write {
            Write::U8(value) => hasher.write_u8(*value),
            Write::U16(value) => hasher.write_u16(*value),
            Write::U32(value) => hasher.write_u32(*value),
            Write::U64(value) => hasher.write_u64(*value),
            Write::U128(value) => hasher.write_u128(*value),
            Write::Usize(value) => hasher.write_usize(*value),
            Write::Isize(value) => hasher.write_isize(*value),
            Write::Bytes(bytes) => hasher.write(bytes),
        }
    }
    hasher.both()
}

/// What is promised to be told apart: signed integers stand as unsigned ones, and bytes after bytes as one list.
fn told_apart(writes: &[Write]) -> Vec<Write> {
    let mut told: Vec<Write> = Vec::new();
    for write in writes {
        match (told.last_mut(), write) {
            (_, Write::Isize(value)) => told.push(Write::Usize(*value as usize)),
            (Some(Write::Bytes(before)), Write::Bytes(bytes)) => before.extend(bytes),
            (_, Write::Bytes(bytes)) if bytes.is_empty() => {}
            _ => told.push(write.clone()),
        }
    }
    told
}

#[test]
fn wide_integers_bytes_and_words_of_the_same_bits_are_told_apart() {
    let (low, high) = (0x0706_0504_0302_0100_u64, 0x0f0e_0d0c_0b0a_0908_u64);
    let bytes: Vec<u8> = (0..16).collect();
    let alike = [
        vec![Write::U128(u128::from(high) << 64 | u128::from(low))],
        vec![Write::U64(low), Write::U64(high)],
        vec![Write::Bytes(bytes.clone())],
        vec![Write::U64(low), Write::Bytes(bytes[8..].to_vec())],
        vec![Write::Bytes(bytes[..8].to_vec()), Write::U64(high)],
        bytes.iter().map(|byte| Write::U8(*byte)).collect(),
        bytes.iter().map(|byte| Write::Usize(usize::from(*byte))).collect(),
    ];
    assert_eq!(alike.iter().map(|writes| print(writes)).collect::<BTreeSet<_>>().len(), alike.len());
    assert_ne!(print(&[Write::Bytes(vec![1])]), print(&[Write::U8(1)]));
}

#[test]
fn what_the_exceptions_leave_alike_no_derived_hash_confuses() {
    assert_eq!(print(&[Write::Isize(-1)]), print(&[Write::Usize(usize::MAX)]));
    let [one, other] = [(1, 2), (2, 1)]
        .map(|(first, second)| print(&[Write::Bytes(vec![7; first]), Write::Bytes(vec![7; second])]));
    assert_eq!(one, other);
    // Slices and texts of the same bytes in all, divided otherwise.
    for text in ["", "a", "seven b", "eight by", "nine byte", "seventeen bytes.."] {
        let divided: Vec<(&str, &str)> = (0..=text.len()).map(|at| text.split_at(at)).collect();
        let slices = divided.iter().map(|(one, other)| fingerprint(&(one.as_bytes(), other.as_bytes())));
        let texts = divided.iter().map(fingerprint);
        let prints: BTreeSet<u128> = slices.chain(texts).collect();
        assert_eq!(prints.len(), 2 * divided.len(), "{text:?}");
    }
}

#[test]
fn how_full_a_word_was_counts() {
    let seven = [vec![Write::U8(1); 7], vec![Write::U16(5)]].concat();
    let eight = [vec![Write::U8(1); 7], vec![Write::U8(0), Write::U16(5)]].concat();
    assert_ne!(print(&seven), print(&eight));
    let before_a_word = |zeros: usize| [vec![Write::U8(0); zeros], vec![Write::U64(9)]].concat();
    let prints: BTreeSet<u128> = (0..=8).map(|zeros| print(&before_a_word(zeros))).collect();
    assert_eq!(prints.len(), 9, "zeros before a word of 64 bits");
}

/// Small values, zeros above all, so that lists which differ are often the same bytes.
fn write() -> impl Strategy<Value = Write> {
    let value = prop_oneof![4 => Just(0_u64), 2 => 0..3_u64, 1 => 254..258_u64, 1 => any::<u64>()];
    (0..8, value, 0..18_usize).prop_map(|(width, value, length)| match width {
        0 => Write::U8(value as u8),
        1 => Write::U16(value as u16),
        2 => Write::U32(value as u32),
        3 => Write::U64(value),
        4 => Write::U128(u128::from(value) << 64 | u128::from(value % 3)),
        5 => Write::Isize(value as isize),
        6 => Write::Bytes(vec![value as u8; length]),
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
        if one == other {
            prop_assert_eq!(print(&one), print(&other), "{:?}", one);
        } else if told_apart(&one) != told_apart(&other) {
            prop_assert_ne!(print(&one), print(&other), "{:?} and {:?}", one, other);
        }
    }

    /// One element more, one less, or another width in one place.
    #[test]
    fn a_list_differs_from_each_of_its_neighbours(list in vec(write(), 1..14)) {
        let mut seen = HashMap::from([(print(&list), told_apart(&list))]);
        let neighbours = (0..list.len()).flat_map(|at| {
            let (before, after) = (&list[..at], &list[at + 1..]);
            let others = [
                Write::U8(0),
                Write::U16(0),
                Write::U32(0),
                Write::U64(0),
                Write::U128(0),
                Write::Usize(0),
                Write::Isize(0),
                Write::Bytes(vec![0]),
                Write::Bytes(vec![0; 8]),
            ];
            let without = [before, after].concat();
            let instead = others.clone().map(|other| [before, &[other], after].concat());
            let more = others.map(|other| [before, &[other], &list[at..]].concat());
            [vec![without], instead.to_vec(), more.to_vec()].concat()
        });
        for neighbour in neighbours {
            let told = told_apart(&neighbour);
            let known = seen.entry(print(&neighbour)).or_insert_with(|| told.clone());
            prop_assert_eq!(&*known, &told, "of {:?}", list);
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
