//! The gate of this repository, in its own language.
//!
//! [`tidy`] reads the tree and names what breaks the rules of the design: which way the arrows run, holes in the
//! grid, rooms that grew too large, things that are banned. [`gate`] runs everything that must pass, one line a
//! step. [`kills`] plants defects in a copy of the core and sees each killed. [`readme`] and [`trusted`] write the parts of the documents that are generated from measurements and from
//! the source.

pub mod gate;
pub mod kills;
pub mod readme;
pub mod scan;
pub mod tidy;
pub mod tree;
pub mod trusted;
