//! Long work in a thread of its own, while the caller's thread shows its progress and looks for
//! Ctrl-C.

use crate::error::OrRaise;
use atemoya::{Progress, Unit, panic_message};
use pyo3::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often the interpreter is asked for signals, and progress is shown.
const INTERRUPT_CHECK: Duration = Duration::from_millis(50);

/// The progress of the work.
#[derive(Default)]
struct Watch {
    phase: Mutex<String>,
    total: AtomicU64,
    done: AtomicU64,
    interrupted: AtomicBool,
}

impl Progress for Watch {
    fn start(&self, phase: &str, total: u64, _: Unit) {
        phase.clone_into(&mut self.phase.lock().unwrap_or_else(PoisonError::into_inner));
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    fn advance(&self, n: u64) {
        self.done.fetch_add(n, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

/// Does some work without the interpreter's lock. `show` is called with the phase, how much of it
/// is done, and the whole of it. When it raises, or a signal's handler does, the work is
/// interrupted and that exception is raised.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    show: Option<Py<PyAny>>,
    work: impl FnOnce(&dyn Progress) -> atemoya::Result<T> + Send,
) -> PyResult<T> {
    let watch = Watch::default();
    let raised = Mutex::new(None);
    let result = py.detach(|| {
        std::thread::scope(|scope| {
            let (send, done) = channel();
            let watch = &watch;
            let worker = scope.spawn(move || {
                // The receiver lives until this thread has ended.
                let _ = send.send(work(watch));
            });
            loop {
                match done.recv_timeout(INTERRUPT_CHECK) {
                    Ok(result) => return Some(result),
                    Err(RecvTimeoutError::Disconnected) => {
                        return worker
                            .join()
                            .err()
                            .map(|panic| Err(atemoya::Error::Worker { message: panic_message(&*panic) }));
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                }
                if watch.interrupted() {
                    continue;
                }
                if let Err(error) = Python::attach(|py| look(py, watch, show.as_ref())) {
                    *raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    watch.interrupted.store(true, Ordering::Relaxed);
                }
            }
        })
    });
    if let Some(error) = raised.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let lost = || pyo3::exceptions::PyRuntimeError::new_err("the work ended without a result: a bug, please report it");
    result.ok_or_else(lost)?.or_raise()
}

fn look(py: Python<'_>, watch: &Watch, show: Option<&Py<PyAny>>) -> PyResult<()> {
    py.check_signals()?;
    if let Some(show) = show {
        let phase = watch.phase.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (done, total) = (watch.done.load(Ordering::Relaxed), watch.total.load(Ordering::Relaxed));
        show.call1(py, (phase, done, total))?;
    }
    Ok(())
}
