//! Paxos: that the production core and the model agree.

pub mod history;
pub mod machine;
pub mod models;
pub mod planted;
pub mod quotient;
pub mod refine;
pub mod scopes;
