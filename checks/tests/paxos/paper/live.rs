//! *Paxos Made Live: An Engineering Perspective* (Chandra, Griesemer & Redstone, 2007), obligation by obligation, on
//! production servers under the driver. The paper's master is our leader, its value our command, its instance our slot.

mod masters;
mod snapshots;
mod testing;

/// Section, what it asks for, and the test that holds the servers to it.
pub(crate) const OBLIGATIONS: &[(&str, &str, &str)] = &[
    (
        "3",
        "A value that is submitted reaches the state machine of every replica, and its client is told what it did.",
        "a_submitted_value_reaches_every_state_machine_and_its_client_hears",
    ),
    (
        "4.1",
        "A replica has on disk what it promises and acknowledges before it says so.",
        "nothing_is_promised_or_acknowledged_before_it_is_on_disk",
    ),
    (
        "4.1",
        "A coordinator that was replaced without noticing cannot have a value chosen, and gives way when told.",
        "a_replaced_coordinator_chooses_nothing_and_gives_way",
    ),
    (
        "4.1",
        "A new coordinator goes on with whatever the old one may have had chosen.",
        "a_new_coordinator_keeps_what_the_old_one_answered",
    ),
    ("4.2", "Any replica may become the coordinator at any time.", "any_replica_may_become_the_master"),
    (
        "4.2",
        "While the coordinator stays the same it asks for no promises.",
        "a_master_that_stays_asks_for_no_promises_again",
    ),
    (
        "4.2",
        "A value costs each replica one write, and all of them write at the same time.",
        "a_value_costs_each_replica_one_write_and_all_write_at_once",
    ),
    (
        "4.2",
        "Values of several clients that wait at the same time travel together.",
        "values_of_several_clients_travel_together",
    ),
    (
        "4.2",
        "After a crash a replica replays its log and has the state that it had.",
        "a_crashed_replica_replays_its_log",
    ),
    (
        "4.2",
        "A replica that missed values gets them from the log of another.",
        "a_lagging_replica_catches_up_by_log",
    ),
    (
        "5.2",
        "A read at a replica that wrongly takes itself for the master is never stale.",
        "a_master_that_was_replaced_answers_no_read",
    ),
    ("5.2", "A read needs no slot in the log.", "a_read_at_the_master_writes_nothing"),
    (
        "5.2",
        "A replica that was cut off for a while does not unseat the master with a higher number when it returns.",
        "who_returns_does_not_unseat_the_master",
    ),
    (
        "5.3",
        "A request that was received in one epoch is not answered in another, even by the same replica.",
        "a_request_does_not_outlive_the_epoch_in_which_it_was_received",
    ),
    (
        "5.3",
        "A replica that becomes master again does so in another epoch.",
        "a_master_that_returns_has_another_epoch",
    ),
    (
        "5.5",
        "The log is cut off only behind a snapshot that is complete and on disk.",
        "the_log_is_cut_off_only_behind_a_whole_snapshot",
    ),
    (
        "5.5",
        "A snapshot says of which place in the log it is, and is the state at exactly that place.",
        "a_snapshot_names_its_place_in_the_log_and_is_the_state_there",
    ),
    (
        "5.5",
        "Snapshot and log agree at every moment: a crash between any two writes leaves a state that can be rebuilt.",
        "a_crash_between_any_two_writes_of_a_snapshot_loses_nothing",
    ),
    ("5.5", "The log goes on while a snapshot is taken.", "commands_are_executed_while_a_snapshot_is_taken"),
    ("5.5", "A snapshot that fails cuts nothing off.", "a_snapshot_that_fails_cuts_nothing_off"),
    ("5.5", "Each replica takes snapshots on its own.", "a_replica_takes_a_snapshot_without_the_others"),
    (
        "5.5",
        "A replica that misses what was cut off gets a snapshot from another, and the rest of the log.",
        "a_lagging_replica_gets_a_snapshot_and_the_rest_of_the_log",
    ),
    (
        "5.5",
        "The sender may take a newer snapshot, and cut the log off further, while it sends.",
        "a_newer_snapshot_of_the_sender_is_no_obstacle",
    ),
    (
        "5.5",
        "The sender may fail; another replica sends the rest.",
        "another_replica_sends_the_rest_of_a_snapshot",
    ),
    (
        "5.5",
        "A snapshot holds whatever the answers to clients depend on.",
        "a_snapshot_holds_what_clients_were_answered",
    ),
    (
        "6.2",
        "A replica that finds itself in a state that cannot be stops.",
        "a_replica_whose_state_cannot_be_is_stopped",
    ),
    (
        "6.3",
        "Under random failures, in safety mode, the replicas stay consistent, whether or not they get anywhere.",
        "random_failures_leave_the_replicas_consistent",
    ),
    (
        "6.3",
        "When the failures end, in liveness mode, the system gets going again within a bounded time.",
        "when_the_failures_end_every_client_is_answered",
    ),
    (
        "6.3",
        "A failing run can be repeated from the seed of its random numbers.",
        "the_same_seed_makes_the_same_execution",
    ),
    (
        "7",
        "A master that is given more than it can do does not lose its mastership over it.",
        "an_overloaded_master_says_so_and_stays_master",
    ),
    (
        "7",
        "A request whose fate is unknown because its master changed can be sent again without being done twice.",
        "a_request_that_was_given_up_and_sent_again_is_done_once",
    ),
    (
        "7",
        "A large file that is written must not hold up the small writes of the log: it is written in small pieces.",
        "a_snapshot_is_written_in_pieces_and_votes_in_between",
    ),
];

/// Section, what it asks for, and why no test here does.
pub(crate) const ELSEWHERE: &[(&str, &str, &str)] = &[
    (
        "5.1",
        "A replica whose files were altered notices it by their checksums.",
        "Later, with storage: the core is handed what the disk says and has no files.",
    ),
    (
        "5.1",
        "A replica that finds its disk empty after it had promised something does not vote before it has seen a whole \
         instance that began after it did.",
        "Later, with storage, which must leave a marker elsewhere. The core takes an empty disk for a new replica, and \
         cannot tell. Until then a replica that lost its disk must not return under its own id.",
    ),
    (
        "5.2",
        "A master holds a lease, which it renews, and during which the others refuse other masters.",
        "Not used: a lease rests on clocks that run alike, and a read costs one round among a quorum instead.",
    ),
    (
        "5.2",
        "Other replicas serve reads under leases of their own.",
        "Not used, for the same reason: a follower names the leader.",
    ),
    (
        "5.4",
        "Replicas join and leave by values in the log.",
        "Later: the members are fixed for the life of a cluster, and stand in its configuration as data.",
    ),
    (
        "5.5",
        "The handle of a snapshot holds the membership.",
        "Later, with membership: today it would hold what never changes.",
    ),
    (
        "5.6",
        "Operations on the database, compare-and-swap and MultiOp among them, are values that are done as a whole.",
        "Not ours: whatever a state machine calls one command is executed as a whole.",
    ),
    (
        "6.1",
        "The algorithm is one state machine, apart from threads, files and network, and can be read as such.",
        "Held by the build: the crate of the core has no clock, no thread, no socket and no file, and the gate refuses \
         a core that gets one.",
    ),
    (
        "6.2",
        "The master submits a checksum of its state from time to time, and each replica compares it with its own.",
        "Later, with the server around the core. Until then the tests compare the states of all servers, whole, after \
         every input.",
    ),
    (
        "6.3",
        "Random failures include damaged files.",
        "Later, with storage. Damaged messages that still decode are in the core's own tests.",
    ),
    (
        "6.4",
        "Concurrency is kept out of what must be repeatable.",
        "Held by construction: a server is one value with one entry. The handle that threads share is checked by loom.",
    ),
    (
        "7",
        "A release can be rolled out and rolled back with files of the other version.",
        "Later, with storage: there are no files yet whose form could change.",
    ),
];
