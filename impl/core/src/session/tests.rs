//! The client table, one claim a test.

use super::*;

fn stamp(client: u64, sequence: u64, acknowledged: u64) -> Stamp {
    Stamp { client: ClientId(client), sequence: Sequence(sequence), acknowledged: Sequence(acknowledged) }
}

fn table(residents: u32, sessions: u32, pipeline: u32) -> Table<u64> {
    Table::new(Limits { residents, sessions, pipeline })
}

#[test]
fn a_command_is_executed_once_and_its_first_reply_is_given_again() {
    let mut table = table(1, 0, 4);
    let command = stamp(0, 0, 0);
    assert_eq!(table.known(&command), Known::New);
    assert_eq!(table.execute(0, &command, || 10), Ok(&10));
    assert_eq!(table.execute(1, &command, || panic!("executed twice")), Ok(&10));
    assert_eq!(table.known(&command), Known::Executed(&10));
}

#[test]
fn numbers_under_way_together_are_executed_in_any_order_and_answered_alone() {
    let mut table = table(1, 0, 3);
    for (index, sequence) in (0..).zip([2, 0, 1]) {
        assert_eq!(table.execute(index, &stamp(0, sequence, 0), || sequence * 10), Ok(&(sequence * 10)));
    }
    assert_eq!(table.execute(3, &stamp(0, 3, 0), || 30), Err(Refusal::TooFar));
    assert_eq!(table.execute(4, &stamp(0, 3, 2), || 30), Ok(&30));
    assert_eq!(table.execute(5, &stamp(0, 1, 0), || 11), Err(Refusal::Stale));
    assert_eq!(table.known(&stamp(0, 1, 0)), Known::Stale);
    assert_eq!(table.known(&stamp(0, 2, 0)), Known::Executed(&20));
}

#[test]
fn a_nonsensical_acknowledgement_hurts_nobody() {
    let mut table = table(1, 0, 2);
    assert_eq!(table.execute(0, &stamp(0, 0, u64::MAX), || 1), Ok(&1), "not above the number itself");
    assert_eq!(table.execute(1, &stamp(0, u64::MAX, 0), || 2), Err(Refusal::TooFar));
    assert_eq!(table.execute(2, &stamp(0, u64::MAX, u64::MAX), || 3), Ok(&3));
    assert_eq!(table.execute(3, &stamp(7, 0, 0), || 4), Err(Refusal::NoSession));
}

#[test]
fn the_least_recently_active_session_makes_room_and_residents_stay() {
    let mut table = table(2, 2, 1);
    let opened = |client, evicted: Option<u64>| {
        Ok(Opened { client: ClientId(client), evicted: evicted.map(ClientId) })
    };
    assert_eq!(table.open(0), opened(2, None));
    assert_eq!(table.open(1), opened(3, None));
    assert_eq!(table.execute(2, &stamp(2, 0, 0), || 5), Ok(&5));
    assert_eq!(table.open(3), opened(5, Some(3)));
    assert_eq!(table.execute(4, &stamp(3, 0, 0), || 6), Err(Refusal::NoSession));
    assert_eq!(table.execute(5, &stamp(2, 0, 0), || 7), Ok(&5), "a command sent again is activity");
    assert_eq!(table.open(6), opened(8, Some(5)));
    assert_eq!((table.len(), table.is_empty()), (4, false));
    let mut clients: Vec<_> = table.clients().map(|client| client.0).collect();
    clients.sort_unstable();
    assert_eq!(clients, [0, 1, 2, 8]);
}

#[test]
fn a_snapshot_of_the_table_is_the_table() {
    let mut table = table(3, 2000, 2);
    for index in 0..3000 {
        let client = table.open(index).expect("sessions are allowed").client;
        assert!(table.execute(index, &Stamp { client, ..stamp(0, 0, 0) }, || index).is_ok());
    }
    let view = table.view();
    assert!(table.execute(3000, &stamp(0, 0, 0), || 9).is_ok());
    assert!(view.chunks() > 1);
    let chunks: Vec<Vec<_>> = (0..=view.chunks()).map(|at| view.chunk(at).cloned().collect()).collect();
    assert_eq!(chunks.last(), Some(&Vec::new()), "nothing past the last chunk");
    let restored = Table::restore(view.limits(), chunks.iter().flatten());
    assert_eq!(restored, view);
    assert_ne!(restored, table, "a view does not change");
}

#[test]
fn what_is_no_table_is_restored_without_what_does_not_belong() {
    let mut donor = table(0, 3, 2);
    (0..3).for_each(|index| assert!(donor.open(index).is_ok()));
    assert!(donor.execute(3, &stamp(1, 1, 0), || 1).is_ok());
    let twice: Vec<_> = [0, 0].into_iter().flat_map(|at| donor.chunk(at)).collect();
    let limits = Limits { residents: 1, sessions: 1, pipeline: 1 };
    let restored = Table::restore(limits, twice);
    assert_eq!(restored.clients().collect::<Vec<_>>(), [ClientId(0), ClientId(2)]);
    assert_eq!(Table::<u64>::restore(limits, []), Table::new(limits));
}
