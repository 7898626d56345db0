//! Frames of RFC 6455 as a server writes them: unmasked, and so the same bytes for every client. Owns headers and
//! opcodes; what is in a frame is its maker's business.

use bytes::{BufMut as _, Bytes, BytesMut};

/// No header is longer.
pub(crate) const MAX_HEADER_BYTES: usize = 10;
/// The most that a control frame carries.
pub(crate) const MAX_CONTROL_BYTES: usize = 125;
/// The only, or last, frame of its message.
pub(crate) const FIN: u8 = 0x80;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    /// None if it is reserved.
    pub(crate) fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xA,
        }
    }

    pub(crate) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The header of a message in one frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    bytes: [u8; MAX_HEADER_BYTES],
    len: usize,
}

impl Header {
    pub(crate) fn new(opcode: Opcode, payload_bytes: usize) -> Self {
        let mut bytes = [0; MAX_HEADER_BYTES];
        bytes[0] = FIN | opcode.bits();
        let len = match (u8::try_from(payload_bytes), u16::try_from(payload_bytes)) {
            (Ok(short @ ..=125), _) => {
                bytes[1] = short;
                2
            }
            (_, Ok(medium)) => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&medium.to_be_bytes());
                4
            }
            _ => {
                bytes[1] = 127;
                bytes[2..].copy_from_slice(&(payload_bytes as u64).to_be_bytes());
                MAX_HEADER_BYTES
            }
        };
        Self { bytes, len }
    }
}

impl AsRef<[u8]> for Header {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// A whole message in one frame.
pub(crate) fn frame(opcode: Opcode, payload: &[u8]) -> Bytes {
    let header = Header::new(opcode, payload.len());
    let mut frame = BytesMut::with_capacity(header.as_ref().len() + payload.len());
    frame.put_slice(header.as_ref());
    frame.put_slice(payload);
    frame.freeze()
}

/// A close frame. Of a reason that is too long the beginning is sent.
pub(crate) fn close(code: u16, reason: &str) -> Bytes {
    let reason = event_core::truncate(reason, MAX_CONTROL_BYTES - size_of::<u16>());
    let mut payload = code.to_be_bytes().to_vec();
    payload.extend_from_slice(reason.as_bytes());
    frame(Opcode::Close, &payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_takes_the_shortest_form_that_holds_it() {
        for (bytes, header) in [
            (0, vec![0x81, 0]),
            (125, vec![0x81, 125]),
            (126, vec![0x81, 126, 0, 126]),
            (65_535, vec![0x81, 126, 0xff, 0xff]),
            (65_536, vec![0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            assert_eq!(Header::new(Opcode::Text, bytes).as_ref(), header, "{bytes}");
        }
    }

    #[test]
    fn opcodes_survive_their_bits_and_reserved_ones_are_none() {
        let known: Vec<_> = (0..16).filter_map(Opcode::from_bits).collect();
        assert_eq!(known.len(), 6);
        for opcode in known {
            assert_eq!(Opcode::from_bits(opcode.bits()), Some(opcode));
        }
    }

    #[test]
    fn a_close_frame_has_a_code_and_as_much_of_the_reason_as_fits() {
        let frame = close(4408, &"é".repeat(100));
        assert_eq!(frame[..4], [0x88, 124, 0x11, 0x38]);
        assert!(std::str::from_utf8(&frame[4..]).is_ok());
    }
}
