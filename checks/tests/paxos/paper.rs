//! *Paxos Made Simple* (Lamport, 2001), sentence by sentence, on the production replica under the driver; and beside
//! it, each with a table of its own, *Paxos Made Live* (`paper/live.rs`) and *Paxos Made Moderately Complex*
//! (`paper/moderate.rs`).
//!
//! Each obligation of a paper has one test. What the paper says of every execution is looked at in many random
//! ones (`history.rs`, and `runs.rs` with servers: lost, repeated and reordered messages, crashes that lose what was
//! not synced); what it says of one situation is made to happen. What a paper asks for and we do not have, or have
//! elsewhere, stands in its table `ELSEWHERE` with the reason. `quorate-ci tidy` compares the tables and the tests.

mod history;
mod live;
mod machine;
mod moderate;
mod phases;
mod runs;
mod safety;

/// Section, what it says, and the test that holds the replica to it.
pub(crate) const OBLIGATIONS: &[(&str, &str, &str)] = &[
    ("2.1", "Only a value that has been proposed may be chosen.", "only_a_proposed_value_is_chosen"),
    ("2.1", "Only a single value is chosen.", "only_a_single_value_is_chosen"),
    (
        "2.1",
        "A process never learns that a value has been chosen unless it actually has been.",
        "nothing_is_learned_that_is_not_chosen",
    ),
    (
        "2.2 P1",
        "An acceptor must accept the first proposal that it receives.",
        "the_first_proposal_is_accepted",
    ),
    ("2.2", "Different proposals have different numbers.", "different_proposals_have_different_numbers"),
    (
        "2.2 P2",
        "If a proposal with value v is chosen, then every higher-numbered proposal that is chosen has value v.",
        "what_is_chosen_at_a_higher_number_is_the_same",
    ),
    (
        "2.2 P2a",
        "... that is accepted by any acceptor has value v.",
        "what_is_accepted_above_a_chosen_one_is_the_same",
    ),
    (
        "2.2 P2b",
        "... that is issued by any proposer has value v.",
        "what_is_issued_above_a_chosen_one_is_the_same",
    ),
    (
        "2.2 P2c",
        "If a proposal with value v and number n is issued, there is a majority S such that either no acceptor in S \
         accepted a proposal numbered less than n, or v is the value of the highest-numbered of those.",
        "what_is_issued_is_the_highest_that_a_majority_accepted",
    ),
    (
        "2.2 proposer 1",
        "It chooses a new number n and sends a request to each member of some set of acceptors.",
        "a_campaign_asks_everybody_with_a_new_number",
    ),
    (
        "2.2 1(a)",
        "A promise never again to accept a proposal numbered less than n.",
        "a_promise_forbids_lower_accepts",
    ),
    (
        "2.2 1(b)",
        "The proposal with the highest number less than n that it has accepted, if any.",
        "a_promise_reports_the_highest_accepted_proposal_with_its_own_number",
    ),
    (
        "2.2 proposer 2",
        "If it receives the responses from a majority, it can issue a proposal.",
        "nothing_is_issued_before_a_majority_responds",
    ),
    (
        "2.2 proposer 2",
        "v is the value of the highest-numbered proposal among the responses.",
        "the_value_of_the_highest_numbered_response_is_issued",
    ),
    (
        "2.2 proposer 2",
        "Or any value selected by the proposer if the responders reported no proposals.",
        "without_a_reported_proposal_the_client_chooses_the_value",
    ),
    (
        "2.2",
        "This need not be the same set of acceptors that responded to the initial requests.",
        "acceptors_that_did_not_respond_may_accept",
    ),
    ("2.2", "An acceptor can ignore any request without compromising safety.", "requests_may_be_ignored"),
    (
        "2.2 P1a",
        "An acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a number \
         greater than n.",
        "a_proposal_of_the_promised_number_is_accepted_and_a_lower_one_is_not",
    ),
    (
        "2.2",
        "There is no reason to respond to a prepare request numbered lower than one responded to.",
        "a_lower_prepare_gets_no_promise",
    ),
    (
        "2.2",
        "An acceptor needs to remember only the highest-numbered proposal that it has accepted and the highest \
         number to which it has responded.",
        "a_higher_accept_replaces_the_lower_one",
    ),
    (
        "2.2",
        "An acceptor must remember this even if it fails and then restarts.",
        "an_acceptor_remembers_over_a_restart",
    ),
    (
        "2.2",
        "A proposer can always abandon a proposal, if it never issues another with the same number.",
        "an_abandoned_number_is_never_used_again",
    ),
    (
        "2.2",
        "An acceptor that ignores a request because of a higher number should inform the proposer, who should then \
         abandon its proposal.",
        "a_rejected_proposer_abandons_its_proposal",
    ),
    (
        "2.3",
        "A learner must find out that a proposal has been accepted by a majority of acceptors.",
        "a_leader_learns_from_a_majority_and_not_before",
    ),
    ("2.3", "It in turn informs the other learners.", "the_leader_informs_the_other_learners"),
    (
        "2.3",
        "If a learner needs to know whether a value has been chosen, it can have a proposer issue a proposal.",
        "a_value_chosen_in_silence_is_found_by_proposing",
    ),
    (
        "2.4",
        "Two proposers can each keep issuing proposals with increasing numbers, none of which are ever chosen.",
        "duelling_proposers_may_choose_nothing",
    ),
    (
        "2.4",
        "With a majority and a number greater than any already used, the distinguished proposer succeeds.",
        "one_proposer_with_a_majority_succeeds",
    ),
    (
        "2.5",
        "An acceptor records its intended response in stable storage before actually sending the response.",
        "every_response_is_on_disk_before_it_is_sent",
    ),
    (
        "2.5",
        "Different proposers choose their numbers from disjoint sets of numbers.",
        "two_proposers_never_share_a_number",
    ),
    (
        "2.5",
        "A proposer remembers in stable storage the highest number it has tried, and begins phase 1 with a higher one.",
        "a_restarted_proposer_begins_with_a_higher_number",
    ),
    (
        "3",
        "Server executes phase 1 for infinitely many instances with one message.",
        "one_prepare_covers_every_open_slot",
    ),
    (
        "3",
        "An acceptor responds with more than a simple OK only if it has already received a phase 2 message.",
        "a_promise_reports_only_what_was_accepted",
    ),
    ("3", "The leader fills the gap by proposing no-op commands.", "gaps_are_filled_with_noops"),
    (
        "3",
        "A command can be proposed before the leader learns that an earlier one has been chosen.",
        "commands_are_proposed_before_earlier_ones_are_chosen",
    ),
    ("3", "A leader can get α commands ahead.", "a_leader_gets_a_window_ahead_and_no_further"),
    (
        "3",
        "A command is executed only when all commands with lower numbers are chosen.",
        "commands_are_announced_in_order_without_gaps",
    ),
    (
        "3",
        "The cost of executing a command is the cost of phase 2 only.",
        "a_stable_leader_needs_phase_two_only",
    ),
    (
        "3",
        "If several servers think they are leaders, safety is preserved.",
        "two_leaders_at_once_choose_one_value",
    ),
    ("", "The tables name each of their tests once.", "every_obligation_is_listed_once"),
];

#[test]
fn every_obligation_is_listed_once() {
    let all = [OBLIGATIONS, live::OBLIGATIONS, moderate::OBLIGATIONS].concat();
    let names: std::collections::BTreeSet<_> = all.iter().map(|(.., test)| test).collect();
    assert_eq!(names.len(), all.len());
    let reasons = [live::ELSEWHERE, moderate::ELSEWHERE].concat();
    assert!(
        reasons
            .iter()
            .all(|(section, what, why)| !section.is_empty() && what.ends_with('.') && why.ends_with('.'))
    );
}
