//! Errors of reading a trace file.

use std::path::PathBuf;

/// Why a file cannot be used as a trace.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The text ends in the middle.
    #[error("the file is cut short: it ends at line {line}, column {column}, in the middle of a value")]
    CutShort {
        /// The last line.
        line: usize,
        /// The last column.
        column: usize,
    },
    /// The text is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// A part has the wrong form.
    #[error("{at}: {problem}")]
    Malformed {
        /// The part, as a path: `harness.steps[3]`.
        at: String,
        /// What is wrong with it.
        problem: String,
    },
}
