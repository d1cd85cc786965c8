//! Paxos: that the production core and the model agree.

pub mod demonstration;
pub mod faults;
pub mod history;
pub mod inductive;
pub mod keeper;
pub mod machine;
pub mod marks;
pub mod mechanisms;
pub mod models;
pub mod planted;
pub mod quotient;
pub mod refine;
pub mod refinement;
pub mod refining;
pub mod sampled;
pub mod scopes;
pub mod served;
