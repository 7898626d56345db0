//! Connections to read from one server, leased one user at a time. Owns which of them are idle. A connection that failed,
//! or whose user went away in the middle, is never used again.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::{self, Handle};

use super::errors;
use super::server::Server;
use super::wire::{self, Wire};
use crate::log::{LogError, LogErrorKind};

pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an answer may take, unless the command itself waits.
pub(super) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// Idle connections kept for the next user.
const MAX_IDLE: usize = 4;

/// Idle connections to one server, each with the runtime that drives it: on another one it would never get an answer once
/// that one rests.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<(runtime::Id, Wire)>>);

/// A connection that one user holds. Dropped, it closes; [`Lease::give_back`] keeps it for the next.
pub(super) struct Lease<'a> {
    pool: &'a Pool,
    wire: Wire,
}

impl Pool {
    /// Asks on a connection that lay idle, else on a new one, and gives the answer with the lease. `patience` is how long
    /// the server may wait on purpose.
    pub(super) async fn ask(
        &self,
        server: &Server,
        commands: &[u8],
        replies: u64,
        patience: Duration,
    ) -> Result<(Lease<'_>, Bytes), LogError> {
        if let Some(mut wire) = self.take_idle() {
            match wire.ask(commands, replies, patience).await {
                Ok(answer) => return Ok((Lease { pool: self, wire }, answer)),
                // The server has closed it in the meantime. The other idle ones are no better.
                Err(error) if is_end(&error) => self.lock().clear(),
                Err(error) => return Err(interrupted(server, &error)),
            }
        }
        let mut wire = wire::connect(server).await?;
        let answer = wire.ask(commands, replies, patience).await;
        let answer = answer.map_err(|error| interrupted(server, &error))?;
        Ok((Lease { pool: self, wire }, answer))
    }

    fn take_idle(&self) -> Option<Wire> {
        let here = Handle::current().id();
        let mut idle = self.lock();
        let index = idle.iter().rposition(|(runtime, _)| *runtime == here)?;
        Some(idle.remove(index).1)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(runtime::Id, Wire)>> {
        // Nothing can panic while the lock is held, so a poisoned state is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
    )
}

fn interrupted(server: &Server, error: &io::Error) -> LogError {
    errors::failure(LogErrorKind::Interrupted, &server.address, error)
}

impl Lease<'_> {
    /// Keeps the connection for the next user. Only for one that answered everything it was asked.
    pub(super) fn give_back(self) {
        let mut idle = self.pool.lock();
        if idle.len() >= MAX_IDLE {
            // The one that was used last is the one that will be used next.
            idle.remove(0);
        }
        idle.push((Handle::current().id(), self.wire));
    }
}
