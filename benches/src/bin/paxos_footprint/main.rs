//! The memory that three servers keep and ask for while they execute commands: counted, so the same in every run.
//!
//! `paxos_footprint WINDOW COMMANDS` prints two numbers: the bytes kept for each command, and how often memory was asked
//! for, for each command. A program of its own, because counting slows down what the benches measure.

use allocation_counter::measure;
use quorate_benches::applied::Applied;
use quorate_benches::trio::{Trio, decide};
use quorate_core::batch::Batch;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<usize> = std::env::args().skip(1).filter_map(|number| number.parse().ok()).collect();
    let [window, commands] = arguments[..] else {
        eprintln!("usage: paxos_footprint WINDOW COMMANDS");
        return ExitCode::FAILURE;
    };
    let command: Batch<u8> = vec![7; 100].into();
    let mut trio = Applied::start(window);
    let counted = measure(|| decide(&mut trio, &command, commands, window));
    let each = |count: f64| count / commands as f64;
    println!("{} {}", each(counted.bytes_current as f64), each(counted.count_total as f64));
    ExitCode::SUCCESS
}
