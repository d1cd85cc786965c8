//! `explore`: serves the board over stored traces and over any registered model.

use super::args::ExploreArgs;
use super::out::Out;
use super::{Failure, fail};
use crate::explorer::{MOST_BYTES, Start, serve, with_test};
use crate::registry::{Context, LiveModel, Registry};
use crate::trace::Trace;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is to be looked at.
enum Subject<'r> {
    /// A folder of traces.
    Folder(PathBuf),
    /// One trace file, and its id.
    File(PathBuf, String),
    /// A model, and the name it was asked for by.
    Model(&'r Arc<dyn LiveModel>, String),
}

/// Serves the explorer until the process is interrupted.
pub(super) fn explore(registry: &Registry, args: &ExploreArgs, out: &mut Out<'_>) -> Result<u8, Failure> {
    let subject = subject(registry, args.what.as_deref())?;
    if args.stateright {
        return stateright(&subject, args.port, out);
    }
    let (place, page) = match &subject {
        Subject::Folder(folder) => (folder.clone(), "#/".to_owned()),
        Subject::File(file, id) => (file.clone(), format!("#/t/{id}")),
        Subject::Model(_, name) => (traces(), format!("#/m/{}/", name.replace('/', "%2F"))),
    };
    let folder = if place.is_file() { place.parent().unwrap_or(Path::new("")) } else { &place };
    let report = Some(super::kills::place(folder));
    let start = Start { place, port: args.port, report };
    let told = |server: &crate::explorer::Server<'_>| {
        out.line(format!("Open {}{page} in a browser. Ctrl-C ends.", server.url()));
    };
    serve(registry, &start, told)
        .map_err(|error| fail(format!("port {}: {error}; `--port 0` takes a free one", args.port)))?;
    Ok(0)
}

/// The trace as one offline page.
pub(super) fn page(registry: &Registry, trace: &Trace) -> String {
    crate::explorer::page(&with_test(registry, trace), MOST_BYTES)
}

fn traces() -> PathBuf {
    Context::default().traces.unwrap_or_default()
}

fn subject<'r>(registry: &'r Registry, what: Option<&str>) -> Result<Subject<'r>, Failure> {
    let Some(what) = what else { return Ok(Subject::Folder(traces())) };
    let path = Path::new(what);
    if path.is_dir() {
        return Ok(Subject::Folder(path.to_owned()));
    }
    if path.is_file() {
        let trace = Trace::load(path).map_err(|error| fail(format!("{what}: {error}")))?;
        return Ok(Subject::File(path.to_owned(), trace.id()));
    }
    if let Some(live) = registry.model_named(what) {
        return Ok(Subject::Model(live, what.to_owned()));
    }
    let mut known: Vec<&str> = registry.models().map(|live| live.identity().model.as_str()).collect();
    known.dedup();
    Err(fail(format!(
        "{what} is neither a file, a folder, a protocol nor a model; models are {}",
        known.join(", ")
    )))
}

/// Serves stateright's own Explorer over the same model.
fn stateright(subject: &Subject<'_>, port: u16, out: &mut Out<'_>) -> Result<u8, Failure> {
    let Subject::Model(live, name) = subject else {
        return Err(fail("--stateright takes a protocol or a model".to_owned()));
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    out.line(format!("stateright's Explorer over {name}: http://{address}/. Ctrl-C ends."));
    if !live.serve_stateright(address) {
        return Err(fail(format!("model {name} is not registered with `.stateright()`")));
    }
    Ok(0)
}
