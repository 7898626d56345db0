//! What goes wrong, and how it is taken back.

use std::time::Duration;

use fastrand::Rng;
use tokio::time::sleep;

use crate::bridge::Bridge;
use crate::redis_server::RedisServer;
use crate::stream::Stream;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bridge is killed and started again.
    BridgeKilled,
    /// The bridge is asked to stop, and started again.
    BridgeStopped,
    /// Redis is killed and started again, with its append-only file.
    Kill,
    /// Redis hangs (SIGSTOP).
    Hang,
    /// All connections to Redis are closed.
    ClientKill,
    /// The master becomes a replica of nobody there, and a master again.
    Replica,
    /// All but a few entries are trimmed, however far viewers have come.
    Trim,
    /// The stream is deleted.
    Delete,
    /// The stream begins anew, with ids below all that were.
    EarlierIds,
}

impl Fault {
    pub(crate) const ALL: &[Self] = &[
        Self::BridgeKilled,
        Self::Kill,
        Self::Trim,
        Self::Hang,
        Self::Delete,
        Self::ClientKill,
        Self::BridgeStopped,
        Self::Replica,
        Self::EarlierIds,
    ];

    pub(crate) async fn strike(self, bridge: &mut Bridge, server: &mut RedisServer, stream: &Stream, random: &mut Rng) {
        let a_while = Duration::from_millis(random.u64(50..800));
        match self {
            Self::BridgeKilled => {
                bridge.kill().await;
                sleep(a_while / 4).await;
                bridge.launch().await;
            }
            Self::BridgeStopped => {
                bridge.stop().await;
                bridge.launch().await;
            }
            Self::Kill => {
                server.kill();
                sleep(a_while).await;
                server.launch();
            }
            Self::Hang => {
                server.pause(true);
                sleep(a_while * 3).await;
                server.pause(false);
            }
            Self::ClientKill => {
                for _ in 0..random.u32(2..10) {
                    stream.tell("CLIENT KILL TYPE normal").await;
                    sleep(a_while / 20).await;
                }
            }
            Self::Replica => {
                stream.tell("REPLICAOF 127.0.0.1 1").await;
                sleep(a_while).await;
                stream.tell("REPLICAOF NO ONE").await;
            }
            Self::Trim => stream.trim(random.u64(..30)).await,
            Self::Delete => stream.delete().await,
            Self::EarlierIds => stream.begin_with_an_earlier_id().await,
        }
    }
}
