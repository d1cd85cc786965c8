//! Lockstep: production code and specification driven side by side.
//!
//! Two directions. [`model_driven`] walks the *specification* and makes the code follow: it notices what refinement
//! cannot, behaviour that is missing. [`choice_driven`] lets proptest pick the *code's* events, with the refinement
//! claims evaluated after each, and shrinks what fails.

mod choices;
mod model_driven;

pub use choices::{Choices, choice_driven, choice_driven_for, follow};
pub use model_driven::{Lockstep, Reach, model_driven};
