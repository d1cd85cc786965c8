//! The production core, a few replicas at a time, under the driver.
//!
//! # What is observed
//!
//! | behaviour | on the log | on servers (`../server`) |
//! |---|---|---|
//! | the queue is full | `a_full_window_and_queue_push_back`, `a_queue_that_weighs_too_much_is_full`, `batches_and_the_queue_are_bounded_by_weight` | `a_full_leader_says_so_and_executes_nothing_for_it`, `a_full_queue_is_told_to_the_client_who_asks_again` |
//! | a snapshot during a change of leader | `another_leader_with_the_same_snapshot_sends_the_rest`, `a_new_leader_with_an_older_snapshot_is_not_refused_for_ever`, `who_is_installing_can_campaign_and_win_once_it_has_installed` | `a_capture_goes_on_while_the_leader_changes`, `an_install_goes_on_under_another_leader` |
//! | a restart in the middle of a snapshot | `an_install_goes_on_where_it_was_after_a_restart`, `a_restart_before_any_chunk_is_synced_begins_anew`, `a_crash_between_any_two_writes_of_an_install_is_survived` | `a_capture_that_a_crash_interrupted_is_gone_on_with`, `a_crash_before_the_last_write_of_a_snapshot_leaves_the_older_state`, `an_install_that_a_crash_interrupted_is_gone_on_with` |
//! | a node that was absent for a million entries | `a_replica_that_was_away_for_a_million_entries_costs_a_snapshot`, `a_replica_that_was_away_for_a_million_entries_of_log_is_taught_in_chunks` | `an_absent_server_installs_a_snapshot_and_answers_from_its_table` |
//! | a disk that stalls | `a_leader_whose_disk_stalls_stops_taking_commands`, `a_follower_whose_disk_stalls_asks_for_no_more` | `clients_wait_while_a_quorum_of_disks_stalls`, `clients_are_answered_while_the_disk_of_the_leader_stalls`, `clients_at_the_handle_wait_while_the_disk_stalls` |
//! | a peer that sends garbage that decodes | `nonsense_is_ignored_by_leader_candidate_and_follower`, `a_cluster_goes_on_after_nonsense` | `a_peer_that_sends_what_decodes_and_is_nonsense_holds_up_nobody`, `a_snapshot_that_is_none_of_this_machine_makes_a_server_blind_and_not_wrong` |

mod admission;
mod cluster;
mod contact;
mod counting;
mod elections;
mod flow;
mod garbage;
mod host;
mod pins;
mod reads;
mod scenarios;
mod snapshots;
mod transfers;
mod walk;
mod weights;
