//! *Paxos Made Moderately Complex* (van Renesse & Altinbuken, 2015), invariant by invariant, on the production replica
//! and on servers under the driver. The paper's replica, leader and acceptor are one process here; its `slot_out` is
//! what a server has applied, its `decisions` what is chosen, its commander and scout the two phases of a leader.

mod pragmatic;
mod replicas;
mod synod;

/// Section, what it asks for, and the test that holds the core to it.
pub(crate) const OBLIGATIONS: &[(&str, &str, &str)] = &[
    (
        "2.1 R1",
        "No two different commands are decided for one slot.",
        "no_two_commands_are_decided_for_one_slot",
    ),
    ("2.1 R2", "Everything up to slot_out is decided.", "everything_before_slot_out_is_decided"),
    (
        "2.1 R3",
        "A replica's state is what the decisions up to slot_out, in order, make of the initial state.",
        "the_state_is_what_the_decisions_make_of_the_initial_one",
    ),
    ("2.1 R4", "slot_out never decreases.", "slot_out_never_goes_back"),
    (
        "2.1 R5",
        "Nothing is proposed for a slot that is WINDOW or more beyond slot_out.",
        "nothing_is_proposed_beyond_the_window",
    ),
    (
        "2.1 perform",
        "A command that is decided in several slots is performed in the first of them.",
        "a_command_decided_in_two_slots_is_performed_in_the_first",
    ),
    (
        "2.1 perform",
        "The other slots are passed over, and what follows them is performed.",
        "a_slot_of_a_command_performed_before_is_passed_over",
    ),
    (
        "2.1",
        "Commands are told apart by client and number, not by what they do.",
        "equal_operations_of_different_commands_are_both_performed",
    ),
    (
        "2.1",
        "A client that asks again, of any replica, gets the same result.",
        "a_client_that_asks_again_gets_the_same_result",
    ),
    (
        "2.1",
        "A command whose slot was decided for another command is proposed again.",
        "a_command_that_lost_its_slot_is_proposed_for_another",
    ),
    (
        "2.2 A1",
        "An acceptor adopts strictly increasing ballots only.",
        "an_acceptor_adopts_increasing_ballots_only",
    ),
    (
        "2.2 A2",
        "An acceptor accepts at the ballot that it has adopted, and at no other.",
        "an_acceptor_accepts_at_its_ballot_only",
    ),
    (
        "2.2 A3",
        "An acceptor forgets nothing that it accepted, except for a later vote or as garbage.",
        "an_acceptor_forgets_no_vote",
    ),
    (
        "2.2 A4",
        "Two acceptors that accepted at one ballot for one slot accepted the same command.",
        "one_ballot_and_slot_have_one_command_on_all_acceptors",
    ),
    (
        "2.2 A5",
        "Once a majority accepted a command, whoever accepts at a higher ballot accepts that command.",
        "nothing_else_is_accepted_above_what_a_majority_accepted",
    ),
    (
        "2.2",
        "An acceptor answers a lower ballot with its own.",
        "an_acceptor_answers_a_lower_ballot_with_its_own",
    ),
    (
        "2.3 C1",
        "For one ballot and slot one command at most is proposed.",
        "one_command_at_most_is_proposed_for_a_ballot_and_slot",
    ),
    (
        "2.3 C2",
        "Once a majority accepted a command, no other is proposed at a higher ballot.",
        "nothing_else_is_proposed_above_what_a_majority_accepted",
    ),
    (
        "2.3",
        "A commander tells every replica of the decision once a majority has accepted.",
        "a_commander_waits_for_a_majority_and_tells_every_replica",
    ),
    (
        "2.3",
        "A commander that hears of a higher ballot gives up, and its leader turns passive.",
        "a_commander_that_hears_of_a_higher_ballot_turns_its_leader_passive",
    ),
    (
        "2.4",
        "A scout gathers what a majority of acceptors has accepted.",
        "a_scout_gathers_what_a_majority_accepted",
    ),
    (
        "2.4 pmax",
        "For each slot by itself, the command of the highest ballot among what was gathered is proposed.",
        "each_slot_has_its_own_highest_ballot",
    ),
    (
        "2.4",
        "A scout that hears of a higher ballot gives up.",
        "a_scout_that_hears_of_a_higher_ballot_gives_up",
    ),
    ("2.4", "A passive leader proposes nothing.", "a_passive_leader_proposes_nothing"),
    ("2.4", "An active leader proposes as soon as it is asked.", "an_active_leader_proposes_at_once"),
    (
        "2.4",
        "A preempted leader chooses its next ballot above the one that preempted it.",
        "a_preempted_leader_exceeds_the_ballot_that_preempted_it",
    ),
    (
        "2.4",
        "An active leader proposes another command for every request: no slot gets a second one.",
        "a_leader_gives_each_request_a_slot_of_its_own",
    ),
    (
        "3",
        "A preempted leader does not compete at once, but waits as long as the other one is well.",
        "a_preempted_leader_waits_before_it_competes",
    ),
    (
        "4.1",
        "An acceptor keeps, and reports, one accepted proposal for each slot: the newest.",
        "an_acceptor_keeps_one_vote_for_each_slot",
    ),
    (
        "4.1",
        "A scout asks only for slots that its replica does not know to be decided.",
        "a_scout_asks_for_undecided_slots_only",
    ),
    (
        "4.2",
        "Garbage is what this process has performed and can get back from its disk.",
        "nothing_is_collected_that_is_not_performed_and_on_disk",
    ),
    (
        "4.2",
        "An acceptor that collected slots does not let them pass for slots in which it accepted nothing.",
        "a_collected_slot_is_not_reported_as_empty",
    ),
    (
        "4.3",
        "An acceptor that recovers from its disk has its ballot and its votes.",
        "an_acceptor_recovers_its_ballot_and_its_votes",
    ),
    (
        "4.4",
        "A leader and the acceptor beside it exchange no messages over the network, and its vote counts.",
        "a_leader_hears_its_own_acceptor_without_the_network",
    ),
    (
        "4.4",
        "A replica names the leader that is active to clients, and need not tell all leaders.",
        "a_replica_names_the_active_leader",
    ),
    (
        "4.5",
        "A read-only command takes no slot, and is performed after the leader has heard from a majority.",
        "a_read_takes_no_slot_and_asks_a_majority",
    ),
    (
        "4.5",
        "A read-only command waits for every slot that may have been decided before it was asked.",
        "a_read_waits_for_what_may_have_been_decided",
    ),
];

/// Section, what it asks for, and why no test here does.
pub(crate) const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "2.1",
        "A command that changes the configuration takes effect WINDOW slots after it was decided.",
        "Later: the members are fixed for the life of a cluster.",
    ),
    (
        "2.1",
        "Clients tell every replica of a request, and every replica answers.",
        "Not ours: a client asks one server, which answers or says whom to ask instead.",
    ),
    (
        "2.5",
        "The proof that the invariants imply agreement.",
        "Held by the model: Voting's invariant is checked to be inductive, and the core to refine the log model.",
    ),
    (
        "3",
        "A leader watches the one that preempted it with pings, and adapts its time-outs to what it sees.",
        "Not in the core, which has no clock: timers are named, and whoever drives it chooses how long they run.",
    ),
    (
        "4.2",
        "An acceptor drops slots that more than f replicas have performed, and f of the replicas may be lost.",
        "Not ours: each process keeps a snapshot of its own on the disk that holds its votes, and loses both or neither.",
    ),
    (
        "4.3",
        "An acceptor that lost its disk must not take part.",
        "Later, with storage: the core takes an empty disk for a new replica, and cannot tell.",
    ),
    ("4.5", "With leases a read needs no round.", "Not used: a lease rests on clocks that run alike."),
];
