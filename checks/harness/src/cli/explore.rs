//! `explore`: hands over to the explorer.

use super::args::ExploreArgs;
use super::{Failure, fail};
use crate::registry::Registry;
use crate::trace::Trace;

/// Serves the explorer until it is interrupted.
pub(super) fn explore(_registry: &Registry, args: &ExploreArgs) -> Result<u8, Failure> {
    Err(fail(format!(
        "the explorer is not part of this build (asked for {:?}, port {})",
        args.what, args.port
    )))
}

/// The trace as one offline page.
pub(super) fn page(_trace: &Trace) -> Result<String, Failure> {
    Err(fail("the explorer's page is not part of this build".to_owned()))
}
