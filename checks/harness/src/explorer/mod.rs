//! The explorer: every stored run on one page, and any registered model to be driven by hand.
//!
//! The page is one self-contained file ([`BOARD`]). The same file is what the server sends, what `trace export`
//! writes, and what a failed check leaves behind: with a trace inside it needs no server and no network.
//!
//! The server listens on the loopback interface alone. It answers only requests that name it as their host (so that
//! a page elsewhere cannot reach it by a name that points here), sends no cross-origin headers, and takes no `POST`
//! without the header `X-Board: 1`, which a foreign page cannot send unasked. Requests are bounded before they are read:
//! what one announces or sends costs no more than a little memory and one thread for a few seconds.

mod desk;
mod drive;
mod export;
mod http;
mod library;
mod nearest;
mod route;
mod rows;
mod server;

pub use desk::{Answer, Ask, Desk};
pub use export::{BOARD, MOST_BYTES, page, with_test};
pub use library::Library;
pub use server::{Server, Start, serve};
