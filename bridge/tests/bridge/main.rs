//! The bridge as its clients see it: over real sockets, on a real redis-server. One concern a module; one program, so
//! that it is linked once.

#[cfg(test)]
mod access;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod drain;
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod framed;
#[cfg(test)]
mod gaps;
#[cfg(test)]
mod invalid;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod restarts;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod support;
#[cfg(test)]
mod ui;
