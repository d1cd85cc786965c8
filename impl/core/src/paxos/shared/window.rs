//! Permits: so many commands may be under way at a time.

use super::{Arc, Condvar, Discipline, Mutex, Sound, SubmitError, UNPOISONED, lock};
use std::marker::PhantomData;

/// So many commands may be under way at a time. Clones are the same window.
#[derive(Debug)]
pub struct Window<D = Sound> {
    gate: Arc<Gate>,
    discipline: PhantomData<D>,
}

#[derive(Debug)]
struct Gate {
    /// Permits left; `None` once closed.
    left: Mutex<Option<usize>>,
    returned: Condvar,
}

/// The right to have one command under way. Ends when it is dropped, and only then.
#[derive(Debug)]
pub struct Permit<D: Discipline = Sound> {
    window: Window<D>,
}

impl<D> Clone for Window<D> {
    fn clone(&self) -> Self {
        Window { gate: Arc::clone(&self.gate), discipline: PhantomData }
    }
}

impl<D: Discipline> Window<D> {
    /// A window of `permits`.
    pub fn new(permits: usize) -> Self {
        let gate = Gate { left: Mutex::new(Some(permits)), returned: Condvar::new() };
        Window { gate: Arc::new(gate), discipline: PhantomData }
    }

    /// Takes a permit if there is one.
    ///
    /// # Errors
    /// [`SubmitError::Full`] if there is none, [`SubmitError::Closed`] after [`Window::close`].
    pub fn try_acquire(&self) -> Result<Permit<D>, SubmitError> {
        let mut left = lock(&self.gate.left);
        let permits = left.as_mut().ok_or(SubmitError::Closed)?;
        *permits = permits.checked_sub(1).ok_or(SubmitError::Full)?;
        Ok(Permit { window: self.clone() })
    }

    /// Takes a permit, and waits for it if it must.
    ///
    /// # Errors
    /// [`SubmitError::Closed`] after [`Window::close`].
    pub fn acquire(&self) -> Result<Permit<D>, SubmitError> {
        let mut left = lock(&self.gate.left);
        loop {
            match left.as_mut() {
                None => return Err(SubmitError::Closed),
                Some(0) => left = self.gate.returned.wait(left).expect(UNPOISONED),
                Some(permits) => {
                    *permits -= 1;
                    return Ok(Permit { window: self.clone() });
                }
            }
        }
    }

    /// Nobody gets a permit any more; who waits for one is told so.
    pub fn close(&self) {
        *lock(&self.gate.left) = None;
        self.gate.returned.notify_all();
    }

    /// Permits left; `None` once closed.
    pub fn left(&self) -> Option<usize> {
        *lock(&self.gate.left)
    }
}

impl<D: Discipline> Drop for Permit<D> {
    fn drop(&mut self) {
        let gate = &self.window.gate;
        if let Some(permits) = lock(&gate.left).as_mut() {
            *permits += D::RETURNS;
        }
        if D::WAKES {
            gate.returned.notify_one();
        }
    }
}
