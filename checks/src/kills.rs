//! The twin of this package that `checks/kills` compiles: every file here that is generic over the machine, and none that
//! registers a check. Registering instantiates some sixty searches, which takes minutes; a defect in the source of the
//! core needs one.

// Parts of these files are for the registrations, which the twin leaves out.
#![allow(unreachable_pub)]

/// Paxos, without its registrations.
pub mod paxos {
    pub mod faults;
    pub mod history;
    pub mod keeper;
    pub mod machine;
    pub mod mechanisms;
    pub mod quotient;
    pub mod refine;
    pub mod refining;
    pub mod scopes;

    /// The server, without its random runs and its planted defects.
    pub mod served {
        pub mod claims;
        mod clients;
        mod counts;
        mod ledger;
        mod limits;
        mod machine;
        mod reference;
        pub mod scopes;
        mod told;

        pub use claims::Served;
        pub use clients::Clients;
        pub use ledger::Ledger;
        pub use machine::{Asked, Chunk, Disk, Message, Serves, Write};
        pub use told::Told;
    }
}

#[path = "../kills/src/search.rs"]
pub mod search;
