//! What the scope of each mechanism is for.

/// What a scope is for, in one sentence, and the properties that it puts to the test.
pub(super) type Purpose = (&'static str, &'static [&'static str]);

pub(super) fn of(name: &str) -> Purpose {
    match name {
        "snapshot" => (
            "a leader compacts, and another installs what it lacks beside votes",
            &[
                "refines", "PX-S1", "PX-S2", "PX-S3", "PX-S6", "PX-S10", "PX-S13", "PX-S15", "PX-S16",
                "PX-R1", "PX-R2", "PX-R3", "PX-R6",
            ],
        ),
        "install-crash" => (
            "a crash in the middle of capturing and of installing a snapshot",
            &["refines", "PX-S1", "PX-S3", "PX-S13", "PX-S15", "PX-S16", "PX-R4", "PX-R6", "suffix-lost"],
        ),
        "reads" => (
            "a read of whoever leads, while the leader changes",
            &[
                "refines",
                "PX-S1",
                "PX-S3",
                "PX-S13",
                "PX-S17",
                "PX-S20",
                "PX-L7",
                "PX-R2",
                "PX-R3",
                "read-index",
                "steps-down",
                "re-arms",
            ],
        ),
        "rounds" => (
            "a read that comes during a round waits for the next",
            &["refines", "PX-S1", "PX-S3", "PX-S13", "PX-S17", "PX-S20", "PX-L7", "read-index", "re-arms"],
        ),
        "heartbeats" => (
            "a follower that hears of its leader waits anew before it campaigns",
            &["refines", "PX-S1", "PX-S3", "PX-S13", "PX-L7", "PX-R2", "PX-R3", "re-arms"],
        ),
        "observer" => (
            "an observer learns, catches up and installs, and never votes",
            &["refines", "PX-S1", "PX-S3", "PX-S13", "PX-S15", "PX-R6", "observes"],
        ),
        "flow" => {
            ("nobody is sent more than a window", &["refines", "PX-S1", "PX-S3", "PX-S13", "PX-L7", "window"])
        }
        "pre-vote" => {
            ("nobody campaigns whom a quorum would not follow", &["refines", "PX-S1", "PX-S3", "pre-vote"])
        }
        _ => under_strain(name),
    }
}

/// The same of scopes in which a leader is not heard, or a receiver is slow.
fn under_strain(name: &str) -> Purpose {
    match name {
        "quorum-check" => (
            "a leader that no quorum answers steps down, and one that is answered leads on",
            &[
                "refines",
                "PX-S1",
                "PX-S3",
                "PX-S13",
                "PX-L5",
                "PX-L7",
                "answers",
                "asks-the-silent",
                "period",
                "re-arms",
                "PX-R2",
            ],
        ),
        "polite-quorum-check" => (
            "a leader that no quorum answers steps down, where nobody campaigns unasked",
            &[
                "refines", "PX-S1", "PX-S3", "PX-S13", "PX-L5", "PX-L7", "answers", "period", "pre-vote",
                "re-arms", "PX-R2",
            ],
        ),
        "overtaken" => (
            "a snapshot that is overtaken while it is received is finished",
            &["refines", "PX-S1", "PX-S3", "PX-S13", "PX-S15", "PX-L6", "PX-R6", "pinned"],
        ),
        "lost-chunk" => (
            "a snapshot of which a message is lost is finished",
            &[
                "refines",
                "PX-S1",
                "PX-S3",
                "PX-S13",
                "PX-S15",
                "PX-L6",
                "PX-L6-end",
                "PX-R6",
                "pinned",
                "re-arms",
            ],
        ),
        "one-way-links" => (
            "whatever links fail in one direction, somebody leads whom a quorum answers",
            &[
                "refines",
                "PX-S1",
                "PX-S3",
                "PX-S13",
                "PX-L5-end",
                "PX-L7-end",
                "answers",
                "period",
                "pre-vote",
                "re-arms",
            ],
        ),
        _ => at_an_end(name),
    }
}

/// The same of scopes in which a leader hands over, or a replica stops.
fn at_an_end(name: &str) -> Purpose {
    match name {
        "transfer" => (
            "a leader hands over, or gives up after a while",
            &[
                "refines",
                "PX-S1",
                "PX-S3",
                "PX-S13",
                "PX-S21",
                "PX-L7",
                "PX-R7",
                "hands-over",
                "gives-up",
                "transfer-timed",
                "steps-down",
            ],
        ),
        "taught-transfer" => (
            "a leader hands over to a replica that it had to teach",
            &[
                "refines",
                "PX-S1",
                "PX-S3",
                "PX-S13",
                "PX-S21",
                "PX-L7",
                "hands-over",
                "transfer-timed",
                "steps-down",
            ],
        ),
        "busy-transfer" => (
            "a leader finishes what waits in its queue before it hands over",
            &[
                "refines",
                "PX-S1",
                "PX-S3",
                "PX-S13",
                "PX-S21",
                "PX-L7",
                "window",
                "hands-over",
                "transfer-timed",
                "steps-down",
            ],
        ),
        _ => (
            "a replica stops",
            &["refines", "PX-S1", "PX-S3", "PX-S13", "PX-S21", "PX-L7", "hands-over", "stops"],
        ),
    }
}
