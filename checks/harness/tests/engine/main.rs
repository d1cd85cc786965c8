//! A search tries its own premises: each way of being green without being right, and that it is found.

mod ends;
mod hashes;
mod impure;
mod limits;
mod quotients;
mod toy;
