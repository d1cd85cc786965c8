//! Reading Rust source without a compiler: enough of the grammar to know what is code, what is named in it and
//! where a function begins and ends. No macro is expanded; what a macro names in its arguments is seen all the same.

mod function;
mod mask;
mod path;
mod token;

pub use function::{Function, functions};
pub use mask::mask;
pub use path::{Named, named_paths};
pub use token::{Token, tokens};
