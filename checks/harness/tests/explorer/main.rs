//! The explorer's server and its offline page: who is answered, with what, and what a browser makes of it.

mod browser;
mod door;
mod drive;
mod lock;
mod stored;
