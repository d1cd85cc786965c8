//! The checker of client histories against known histories, against all permutations, and against another checker.

mod brute;
mod conclusions;
mod files;
mod literature;
mod objects;
mod random;
