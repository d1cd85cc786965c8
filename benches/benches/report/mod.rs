//! What was measured, said to somebody who has not read how.

use crate::WINDOWS;
use crate::figures::Figure;

/// How fast somebody decides commands.
#[derive(serde::Serialize)]
pub(crate) struct Rate {
    pub(crate) name: &'static str,
    /// `owned` or `shared`.
    pub(crate) command: &'static str,
    /// How many commands a client keeps under way.
    pub(crate) window: usize,
    pub(crate) per_second: f64,
}

const PREAMBLE: &str = "\
Three replicas in one thread agree on commands of 100 bytes. Messages are handed over in memory and the disk is memory:
what is measured is the protocol's own processor time. Everybody batches. Medians; the contenders took turns.
";

const LOG: &str = "
Commands agreed upon per second, in millions, with so many of them under way at a time. In brackets: how many times as
fast quorate is in the same run. `shared` commands are counted references, `owned` ones are copied.

| | commands | 1 under way | 64 under way | 256 under way |
|---|---|---|---|---|
";

const SERVER: &str = "
Commands executed once on all three servers and answered, with the client table that recognises repeated ones, in
millions per second. In brackets: the share of what the log alone decides in the same run, first of the commands as
they are, then of the records that the server makes of them (with the client's name and two numbers).

| | commands | 1 under way | 64 under way | 256 under way |
|---|---|---|---|---|
";

/// The rates, as two tables.
pub(crate) fn rates(rates: &[Rate]) -> String {
    let of = |name: &str, command: &str, window: usize| {
        let same = |rate: &&Rate| (rate.name, rate.command, rate.window) == (name, command, window);
        rates.iter().find(same).map_or(f64::NAN, |rate| rate.per_second)
    };
    let (mut log, mut server) = (String::from(LOG), String::from(SERVER));
    for Rate { name, command, .. } in rates.iter().filter(|rate| rate.window == WINDOWS[0]) {
        let line = |cell: &dyn Fn(usize) -> String| {
            format!("| {name} | {command} | {} |\n", WINDOWS.map(cell).join(" | "))
        };
        let million = |window| of(name, command, window) / 1e6;
        match *name {
            "quorate" => log += &line(&|window| format!("{:.2}", million(window))),
            "quorate, applied" => {
                server += &line(&|window| {
                    let share = |log| of(name, command, window) / of(log, command, window) * 100.0;
                    let (bare, records) = (share("quorate"), share("quorate, records of a server"));
                    format!("{:.2} ({bare:.0} %, {records:.0} %)", million(window))
                });
            }
            _ => {
                log += &line(&|window| {
                    let times = of("quorate", command, window) / of(name, command, window);
                    format!("{:.2} ({times:.2}×)", million(window))
                });
            }
        }
    }
    format!("{PREAMBLE}{log}{server}")
}

/// The single numbers, as a table.
pub(crate) fn figures(figures: &[Figure]) -> String {
    let mut out = String::from("\n| what else was measured of quorate's servers | |\n|---|--:|\n");
    for Figure { what, value, unit } in figures {
        out += &format!("| {what} | {value} {unit} |\n");
    }
    out
}
