//! A model with its type, as checks of one's own making have it.

use super::any_live::{AnyLive, Serve};
use super::context::Context;
use super::live::{Identity, LiveModel};
use super::untyped::Untyped;
use crate::trace::export::RustModel;
use crate::trace::{CheckInfo, Form};
use crate::verdict::Run;
use quorate_spec::Spec;
use std::fmt::Debug;
use std::hash::Hash;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

/// A model of type `M`, for checks of one's own making: what it is known by, and how its runs are written.
pub struct Live<M: Spec> {
    model: Arc<M>,
    untyped: Arc<AnyLive>,
}

impl<M> Live<M>
where
    M: Spec + Send + Sync + 'static,
    M::State: Clone + Hash + Send + Sync + 'static,
    M::Action: Clone + Debug + Send + Sync + 'static,
{
    /// A model known by `identity`.
    pub fn new(model: Arc<M>, form: Form<M>, identity: Identity) -> Self {
        Live::with(model, form, identity, None, None)
    }

    pub(super) fn with(
        model: Arc<M>,
        form: Form<M>,
        identity: Identity,
        rust: Option<RustModel>,
        stateright: Option<fn(&M, SocketAddr)>,
    ) -> Self {
        let served = Arc::clone(&model);
        let stateright = stateright.map(|serve| {
            let serve: Serve = Box::new(move |address| serve(&served, address));
            serve
        });
        let untyped = AnyLive::new(Untyped::new(Arc::clone(&model), form), identity, rust, stateright);
        Live { model, untyped: Arc::new(untyped) }
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The model as the command line and the explorer's server know it: what [`Check::replays_in`](super::Check::replays_in)
    /// takes.
    pub fn replays(&self) -> Arc<dyn LiveModel> {
        Arc::<AnyLive>::clone(&self.untyped)
    }

    /// Writes the trace of a run into the run's traces folder, as `STEM-NAME.itf.json`; its file, if one was written,
    /// and its sentence come back. `about` says what was asked, on top of [`Live::about`].
    pub fn save(
        &self,
        run: &Run<M>,
        about: CheckInfo,
        context: &Context,
        stem: &str,
        name: &str,
    ) -> (Option<PathBuf>, String) {
        // A state whose `Clone` panics is met where a panic costs the trace alone.
        self.untyped.save(&|| Untyped::run(run), about, context, stem, name)
    }

    /// As [`Live::save`], without the steps that the finding does not need; how many are left comes back as well.
    pub fn save_shortened(
        &self,
        run: &Run<M>,
        about: CheckInfo,
        context: &Context,
        stem: &str,
        name: &str,
    ) -> (usize, Option<PathBuf>, String) {
        self.untyped.save_shortened((&|| Untyped::run(run), run.len()), about, context, stem, name)
    }

    /// The origin that traces of this model name.
    pub fn about(&self) -> CheckInfo {
        self.untyped.about()
    }

    /// The message of the panic that whoever examines the last state of `run` meets.
    pub(super) fn panics_at_end(&self, run: &Run<M>) -> Option<String> {
        self.untyped.panics_at_end(&Untyped::run(run))
    }
}

impl<M: Spec> std::ops::Deref for Live<M> {
    type Target = dyn LiveModel;

    fn deref(&self) -> &Self::Target {
        &*self.untyped
    }
}
