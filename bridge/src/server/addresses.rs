//! What one address may take. Owns the count of its connections and the bucket of its requests; what is answered when
//! there is no more is the caller's business.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::config::Limits;

/// Addresses that are remembered before those without a claim are forgotten.
const ROOM: usize = 1024;

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Addresses {
    bounds: Bounds,
    table: Mutex<HashMap<IpAddr, Account>>,
}

#[derive(Clone, Copy, Debug)]
struct Bounds {
    connections: Option<usize>,
    requests_per_second: Option<u32>,
    burst: u32,
}

#[derive(Clone, Copy, Debug)]
struct Account {
    connections: usize,
    /// Requests that may be made at once; refilled as time goes by.
    requests: f64,
    refilled: Instant,
}

/// One connection of an address, as long as it is kept.
#[derive(Debug)]
pub(crate) struct Seat {
    addresses: Arc<Addresses>,
    key: IpAddr,
}

impl Addresses {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            bounds: Bounds {
                connections: limits.connections_per_address,
                requests_per_second: limits.requests_per_second,
                burst: limits.request_burst.max(1),
            },
            table: Mutex::default(),
        }
    }

    /// One more connection; none if the address has all it may have.
    pub(super) fn seat(self: &Arc<Self>, address: IpAddr) -> Option<Seat> {
        let key = key(address);
        let most = self.bounds.connections(key);
        let mut table = self.lock();
        let account = self.account(&mut table, key);
        if account.connections >= most {
            return None;
        }
        account.connections += 1;
        Some(Seat {
            addresses: self.clone(),
            key,
        })
    }

    /// Takes one request out of the address's bucket, or says when there will be one.
    pub(super) fn request(&self, address: IpAddr) -> Result<(), Duration> {
        let key = key(address);
        let Some(rate) = self.bounds.rate(key) else {
            return Ok(());
        };
        let mut table = self.lock();
        let burst = f64::from(self.bounds.burst);
        let account = self.account(&mut table, key);
        account.refill(rate, burst);
        if account.requests >= 1.0 {
            account.requests -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - account.requests) / rate))
    }

    fn account<'a>(&self, table: &'a mut HashMap<IpAddr, Account>, key: IpAddr) -> &'a mut Account {
        if table.len() >= ROOM && !table.contains_key(&key) {
            self.forget(table);
        }
        table.entry(key).or_insert(Account {
            connections: 0,
            requests: f64::from(self.bounds.burst),
            refilled: Instant::now(),
        })
    }

    /// Who has no connection and a full bucket is as good as new.
    fn forget(&self, table: &mut HashMap<IpAddr, Account>) {
        let burst = f64::from(self.bounds.burst);
        table.retain(|key, account| {
            if let Some(rate) = self.bounds.rate(*key) {
                account.refill(rate, burst);
            }
            account.connections > 0 || account.requests < burst
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Account>> {
        // Nothing can panic while the lock is held.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bounds {
    /// All programs of this machine and all who come through a proxy on it share a loopback address, so that these are
    /// bounded only where somebody said so.
    fn connections(self, key: IpAddr) -> usize {
        let default = if key.is_loopback() {
            usize::MAX
        } else {
            Limits::CONNECTIONS_PER_ADDRESS
        };
        self.connections.unwrap_or(default)
    }

    /// None is without bound.
    fn rate(self, key: IpAddr) -> Option<f64> {
        let default = (!key.is_loopback()).then_some(Limits::REQUESTS_PER_SECOND);
        self.requests_per_second.or(default).map(|rate| f64::from(rate.max(1)))
    }
}

impl Account {
    fn refill(&mut self, rate: f64, burst: f64) {
        let now = Instant::now();
        let passed = now.duration_since(self.refilled).as_secs_f64();
        self.requests = (self.requests + passed * rate).min(burst);
        self.refilled = now;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(account) = self.addresses.lock().get_mut(&self.key) {
            account.connections -= 1;
        }
    }
}

/// Whoever has an IPv6 address has a whole network of them.
fn key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn addresses(limits: &Limits) -> Arc<Addresses> {
        Arc::new(Addresses::new(limits))
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_is_refilled_at_the_stated_rate() {
        let addresses = addresses(&Limits {
            requests_per_second: Some(5),
            request_burst: 10,
            ..Limits::default()
        });
        let peer = address("192.0.2.1");
        for _ in 0..10 {
            assert_eq!(addresses.request(peer), Ok(()));
        }
        let wait = addresses.request(peer).unwrap_err();
        assert_eq!(wait.as_millis(), 200);
        assert_eq!(addresses.request(address("192.0.2.2")), Ok(()));
        tokio::time::advance(Duration::from_secs(1)).await;
        let taken = (0..20).filter(|_| addresses.request(peer).is_ok()).count();
        assert_eq!(taken, 5);
    }

    #[test]
    fn connections_are_counted_by_address_and_given_back() {
        let addresses = addresses(&Limits {
            connections_per_address: Some(2),
            ..Limits::default()
        });
        let peer = address("2001:db8::1");
        // Another address of the same network.
        let neighbour = address("2001:db8::2");
        let first = addresses.seat(peer).unwrap();
        let _second = addresses.seat(neighbour).unwrap();
        assert!(addresses.seat(peer).is_none());
        let _other = addresses.seat(address("2001:db8:0:1::1")).unwrap();
        drop(first);
        assert!(addresses.seat(peer).is_some());
    }

    #[test]
    fn loopback_is_bounded_only_where_somebody_said_so() {
        let addresses = addresses(&Limits::default());
        for peer in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            let seats: Vec<_> = (0..1000).map(|_| addresses.seat(address(peer)).unwrap()).collect();
            assert_eq!(seats.len(), 1000);
            assert!((0..10_000).all(|_| addresses.request(address(peer)).is_ok()));
        }
        let seats: Vec<_> = (0..1000).filter_map(|_| addresses.seat(address("192.0.2.1"))).collect();
        assert_eq!(seats.len(), Limits::CONNECTIONS_PER_ADDRESS);
    }

    #[tokio::test(start_paused = true)]
    async fn addresses_that_have_nothing_open_are_forgotten() {
        let addresses = addresses(&Limits::default());
        let _seat = addresses.seat(address("192.0.2.1")).unwrap();
        for nth in 0..u32::try_from(ROOM).unwrap() {
            let _ = addresses.request(IpAddr::V4((0x0a00_0000 + nth).into()));
        }
        tokio::time::advance(Duration::from_secs(60)).await;
        let _ = addresses.request(address("192.0.2.9"));
        let table = addresses.lock();
        assert!(table.len() <= 2, "{}", table.len());
        assert!(table.contains_key(&address("192.0.2.1")));
    }
}
