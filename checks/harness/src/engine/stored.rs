//! The file format of a checkpoint: little-endian words, lengths before what is counted, a checksum at the end.

use super::coverage::Coverage;
use super::frontier::{Chunk, Frontier};
use super::purity::Initial;
use super::search::{Decision, Standing};
use super::table::{Keeping, Table};
use super::tally::{Event, Tally};
use quorate_spec::Kind;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::RwLock;

const MAGIC: &[u8; 16] = b"quorate search 2";
/// What stands for "none" where a number is optional.
const NONE: u64 = u64::MAX;

type Bytes = Box<[u8]>;

/// Why a checkpoint was not taken up, or not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It belongs to another model, another configuration, or another version.
    #[error("{path} is a checkpoint of another search\n  it is of: {found}\n  this is:  {expected}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The search that it belongs to.
        found: String,
        /// The search that was to go on.
        expected: String,
    },
    /// It is no checkpoint, or was damaged.
    #[error("{path} is not a whole checkpoint: {what}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The damage.
        what: String,
    },
}

/// Writes where a search stands.
pub(super) fn write(path: &Path, identity: &str, standing: &Standing<Bytes>) -> Result<(), CheckpointError> {
    let file = |source| CheckpointError::File { path: path.to_owned(), source };
    let beside = path.with_extension("writing");
    let mut out =
        Out { to: BufWriter::new(File::create(&beside).map_err(file)?), sum: crc32fast::Hasher::new() };
    put(&mut out, identity, standing).map_err(file)?;
    let sum = out.sum.finalize();
    out.to.write_all(&sum.to_le_bytes()).map_err(file)?;
    let whole = out.to.into_inner().map_err(|error| file(error.into_error()))?;
    whole.sync_all().map_err(file)?;
    std::fs::rename(&beside, path).map_err(file)
}

/// Reads where a search stood.
pub(super) fn read(path: &Path, identity: &str, kinds: &[Kind]) -> Result<Standing<Bytes>, CheckpointError> {
    let damaged = |what: String| CheckpointError::Damaged { path: path.to_owned(), what };
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::UnexpectedEof => damaged("it ends too soon".to_owned()),
        io::ErrorKind::InvalidData => damaged(source.to_string()),
        _ => CheckpointError::File { path: path.to_owned(), source },
    };
    let file = File::open(path).map_err(failed)?;
    let mut from = In { from: BufReader::new(file), sum: crc32fast::Hasher::new() };
    let mut magic = [0; MAGIC.len()];
    from.fill(&mut magic).map_err(failed)?;
    if magic != *MAGIC {
        return Err(damaged("it does not begin like one".to_owned()));
    }
    let found = String::from_utf8_lossy(&from.bytes().map_err(failed)?).into_owned();
    if found != identity {
        let expected = identity.to_owned();
        return Err(CheckpointError::Foreign { path: path.to_owned(), found, expected });
    }
    let standing = get(&mut from, kinds).map_err(failed)?;
    let sum = from.sum.clone().finalize();
    let mut stored = [0; 4];
    from.from.read_exact(&mut stored).map_err(failed)?;
    if sum != u32::from_le_bytes(stored) {
        return Err(damaged("its checksum is wrong".to_owned()));
    }
    Ok(standing)
}

struct Out<W: Write> {
    to: W,
    sum: crc32fast::Hasher,
}

impl<W: Write> Out<W> {
    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.to.write_all(bytes)
    }

    fn word(&mut self, word: u64) -> io::Result<()> {
        self.raw(&word.to_le_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.word(bytes.len() as u64)?;
        self.raw(bytes)
    }

    fn words(&mut self, words: impl ExactSizeIterator<Item = u64>) -> io::Result<()> {
        self.word(words.len() as u64)?;
        words.into_iter().try_for_each(|word| self.word(word))
    }
}

struct In<R: Read> {
    from: R,
    sum: crc32fast::Hasher,
}

impl<R: Read> In<R> {
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.from.read_exact(bytes)?;
        self.sum.update(bytes);
        Ok(())
    }

    fn word(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn number(&mut self) -> io::Result<u32> {
        u32::try_from(self.word()?).map_err(|_| invalid("a number is out of range"))
    }

    fn bytes(&mut self) -> io::Result<Vec<u8>> {
        let length = self.word()?;
        let mut bytes = Vec::new();
        // Not allocated in advance: a damaged length must not exhaust the memory.
        (&mut self.from).take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.sum.update(&bytes);
        Ok(bytes)
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> io::Result<T>) -> io::Result<Vec<T>> {
        (0..self.word()?).map(|_| one(self)).collect()
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn put<W: Write>(out: &mut Out<W>, identity: &str, standing: &Standing<Bytes>) -> io::Result<()> {
    out.raw(MAGIC)?;
    out.bytes(identity.as_bytes())?;
    out.words(standing.levels.iter().copied())?;
    let total = &standing.total;
    out.words(total.triggers.iter().copied())?;
    out.words([total.transitions, total.outside, total.found, total.examined].into_iter())?;
    out.word(total.coverage.counts().len() as u64)?;
    for (kind, count) in total.coverage.counts() {
        out.bytes(kind.0.as_bytes())?;
        out.word(*count)?;
    }
    out.word(standing.decisions.len() as u64)?;
    for decision in &standing.decisions {
        let action = |at: &Event| at.action.map_or(NONE, u64::from);
        let words =
            decision.as_ref().map(|d| [d.level.into(), d.at.rank.into(), action(&d.at), d.at.id.into()]);
        out.words(words.unwrap_or([NONE; 4]).into_iter())?;
    }
    put_table(out, &standing.table.read().expect("no model code runs while the table grows"))?;
    let frontier = &standing.frontier;
    out.word(frontier.in_order.into())?;
    out.words(frontier.order.iter().map(|id| u64::from(*id)))?;
    put_chunks(out, &frontier.chunks)?;
    let Some((produced, keeping)) = &standing.begun else { return out.word(0) };
    out.word(1)?;
    out.word(match keeping {
        Keeping::First => NONE,
        Keeping::Least { fresh } => u64::from(*fresh),
    })?;
    put_chunks(out, produced)
}

fn put_table<W: Write>(out: &mut Out<W>, table: &Table) -> io::Result<()> {
    out.words((0..table.next_id()).map(|id| table.link(id)))?;
    out.word(table.entries().count() as u64)?;
    for (low, high, mark) in table.entries() {
        out.word(low)?;
        out.word(high)?;
        out.word(mark.into())?;
    }
    Ok(())
}

fn put_chunks<W: Write>(out: &mut Out<W>, chunks: &[Chunk<Bytes>]) -> io::Result<()> {
    out.word(chunks.len() as u64)?;
    for chunk in chunks {
        out.words(chunk.ids.iter().map(|id| u64::from(*id)))?;
        out.words(chunk.ranks.iter().map(|rank| u64::from(*rank)))?;
        chunk.kept.iter().try_for_each(|state| out.bytes(state))?;
    }
    Ok(())
}

fn get<R: Read>(from: &mut In<R>, kinds: &[Kind]) -> io::Result<Standing<Bytes>> {
    let levels = from.list(In::word)?;
    let triggers = from.list(In::word)?;
    let [transitions, outside, found, examined] = from.list(In::word)?[..] else {
        return Err(invalid("a count is missing"));
    };
    let mut coverage = Coverage::new(kinds);
    from.list(|from| {
        let name = String::from_utf8(from.bytes()?).map_err(|_| invalid("a kind is no text"))?;
        // A kind that is not declared gets a name that lives on; there are few of them, if any.
        let known = kinds.iter().find(|kind| kind.0 == name).copied();
        coverage.put(known.unwrap_or_else(|| Kind(name.leak())), from.word()?);
        Ok(())
    })?;
    let decisions = from.list(get_decision)?;
    let table = get_table(from)?;
    let in_order = from.word()? == 1;
    let order = from.list(In::number)?;
    let frontier = Frontier { in_order, order, chunks: from.list(get_chunk)? };
    let begun = match from.word()? {
        0 => None,
        _ => {
            let fresh = from.word()?;
            let keeping = if fresh == NONE { Keeping::First } else { Keeping::Least { fresh: fresh as u32 } };
            Some((from.list(get_chunk)?, keeping))
        }
    };
    let events = vec![None; triggers.len()];
    let total = Tally { triggers, events, coverage, transitions, outside, found, examined };
    // Steps and initial states are not stored: of a search that was taken up, nothing is said of either.
    let (reach, initial) = (None, Initial::default());
    Ok(Standing { table: RwLock::new(table), frontier, begun, total, decisions, levels, reach, initial })
}

fn get_decision<R: Read>(from: &mut In<R>) -> io::Result<Option<Decision>> {
    let [level, rank, action, id] = from.list(In::word)?[..] else {
        return Err(invalid("a decision is incomplete"));
    };
    let action = (action != NONE).then_some(action as u32);
    let at = Event { rank: rank as u32, action, id: id as u32 };
    Ok((level != NONE).then_some(Decision { level: level as u32, at }))
}

fn get_table<R: Read>(from: &mut In<R>) -> io::Result<Table> {
    let links = from.list(In::word)?;
    let mut table = Table::with_room(u32::try_from(links.len()).map_err(|_| invalid("too many states"))?);
    for (id, link) in links.iter().enumerate() {
        table.set_link(id as u32, *link);
    }
    let entries = from.word()?;
    if entries > links.len() as u64 {
        return Err(invalid("more states than identities"));
    }
    for _ in 0..entries {
        let (low, high, mark) = (from.word()?, from.word()?, from.number()?);
        table.place(low, high, mark);
    }
    Ok(table)
}

fn get_chunk<R: Read>(from: &mut In<R>) -> io::Result<Chunk<Bytes>> {
    let ids = from.list(In::number)?;
    let ranks = from.list(In::number)?;
    let kept = ids.iter().map(|_| from.bytes().map(Vec::into_boxed_slice)).collect::<io::Result<_>>()?;
    Ok(Chunk { kept, ids, ranks, owner: 0 })
}
