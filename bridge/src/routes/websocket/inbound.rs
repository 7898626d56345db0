//! What a client sends, read from bytes as they come. Owns the rules of RFC 6455 for the frames of a client and the
//! bound on a message; it holds nothing while nothing is under way, and never more than one message.

use crate::frame::{FIN, MAX_CONTROL_BYTES, Opcode};
use crate::protocol::Farewell;

const MASKED: u8 = 0x80;
const RESERVED: u8 = 0x70;
/// Opcode and length, the longest length, the mask.
const MAX_HEADER_BYTES: usize = 2 + 8 + 4;

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    /// With the code it gives, if it gives one.
    Close(Option<u16>),
}

/// See the module's description.
#[derive(Debug)]
pub(super) struct Inbound {
    /// The most that is listened to in one message.
    most: usize,
    header: [u8; MAX_HEADER_BYTES],
    header_len: usize,
    /// The frame whose payload is being read.
    frame: Option<Frame>,
    /// The payload of a control frame.
    control: Vec<u8>,
    /// What has come of a text or binary message.
    message: Vec<u8>,
    /// What the message is, while its end has not come.
    kind: Option<Opcode>,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    opcode: Opcode,
    is_final: bool,
    mask: [u8; 4],
    /// How much of the payload was read, and how much is to come.
    read: usize,
    left: usize,
}

impl Inbound {
    /// Listens to messages of `most` bytes at most.
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            header: [0; MAX_HEADER_BYTES],
            header_len: 0,
            frame: None,
            control: Vec::new(),
            message: Vec::new(),
            kind: None,
        }
    }

    /// Takes from the front of `bytes` until a message is whole, or all is taken.
    pub(super) fn take(&mut self, bytes: &mut &[u8]) -> Result<Option<Message>, Farewell> {
        loop {
            let Some(frame) = self.frame else {
                match self.take_header(bytes)? {
                    Some(frame) => self.frame = Some(frame),
                    None => return Ok(None),
                }
                continue;
            };
            self.take_payload(frame, bytes);
            match self.frame {
                Some(Frame { left: 0, .. }) => {
                    self.frame = None;
                    if let Some(message) = self.finish(frame)? {
                        return Ok(Some(message));
                    }
                }
                _ => return Ok(None),
            }
        }
    }

    fn take_header(&mut self, bytes: &mut &[u8]) -> Result<Option<Frame>, Farewell> {
        while let Some((byte, rest)) = bytes.split_first() {
            self.header[self.header_len] = *byte;
            self.header_len += 1;
            *bytes = rest;
            if self.header_len < 2 || self.header_len < header_len(self.header[1]) {
                continue;
            }
            self.header_len = 0;
            return self.frame_of_header().map(Some);
        }
        Ok(None)
    }

    /// The frame that a whole header announces, if it may come now.
    fn frame_of_header(&self) -> Result<Frame, Farewell> {
        let [first, second, rest @ ..] = &self.header;
        let opcode = Opcode::from_bits(first & 0x0f);
        let (true, true, Some(opcode)) = (first & RESERVED == 0, second & MASKED != 0, opcode) else {
            return Err(Farewell::Malformed);
        };
        let is_final = first & FIN != 0;
        let (len, mask) = match second & !MASKED {
            126 => (u64::from(u16::from_be_bytes([rest[0], rest[1]])), &rest[2..6]),
            127 => {
                let mut len = [0; 8];
                len.copy_from_slice(&rest[..8]);
                (u64::from_be_bytes(len), &rest[8..])
            }
            len => (u64::from(len), &rest[..4]),
        };
        let left = usize::try_from(len).unwrap_or(usize::MAX);
        let is_in_place = match opcode {
            Opcode::Continuation => self.kind.is_some(),
            Opcode::Text | Opcode::Binary => self.kind.is_none(),
            Opcode::Close | Opcode::Ping | Opcode::Pong => is_final && left <= MAX_CONTROL_BYTES,
        };
        if !is_in_place {
            return Err(Farewell::Malformed);
        }
        if !opcode.is_control() && left > self.most.saturating_sub(self.message.len()) {
            return Err(Farewell::TooBig);
        }
        Ok(Frame {
            opcode,
            is_final,
            mask: [mask[0], mask[1], mask[2], mask[3]],
            read: 0,
            left,
        })
    }

    fn take_payload(&mut self, frame: Frame, bytes: &mut &[u8]) {
        let (now, rest) = bytes.split_at(frame.left.min(bytes.len()));
        let mask = frame.mask.iter().cycle().skip(frame.read % frame.mask.len());
        let unmasked = now.iter().zip(mask).map(|(byte, mask)| byte ^ mask);
        if frame.opcode.is_control() {
            self.control.extend(unmasked);
        } else {
            self.message.extend(unmasked);
        }
        *bytes = rest;
        self.frame = Some(Frame {
            read: frame.read + now.len(),
            left: frame.left - now.len(),
            ..frame
        });
    }

    /// The message that ends with this frame, if one does.
    fn finish(&mut self, frame: Frame) -> Result<Option<Message>, Farewell> {
        match frame.opcode {
            Opcode::Ping => Ok(Some(Message::Ping(std::mem::take(&mut self.control)))),
            Opcode::Pong => {
                self.control = Vec::new();
                Ok(Some(Message::Pong))
            }
            Opcode::Close => close(&std::mem::take(&mut self.control)).map(|code| Some(Message::Close(code))),
            opcode => {
                let kind = self.kind.unwrap_or(opcode);
                if !frame.is_final {
                    self.kind = Some(kind);
                    return Ok(None);
                }
                self.kind = None;
                let message = std::mem::take(&mut self.message);
                if kind == Opcode::Binary {
                    return Ok(Some(Message::Binary));
                }
                let text = String::from_utf8(message).map_err(|_| Farewell::NotText)?;
                Ok(Some(Message::Text(text)))
            }
        }
    }
}

/// Of a whole header, by its second byte.
fn header_len(second: u8) -> usize {
    let extended = match second & !MASKED {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    2 + extended + 4
}

/// The code in a close frame's payload; RFC 6455, section 7.4.
fn close(payload: &[u8]) -> Result<Option<u16>, Farewell> {
    match payload {
        [] => Ok(None),
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
                return Err(Farewell::Malformed);
            }
            match std::str::from_utf8(reason) {
                Ok(_) => Ok(Some(code)),
                Err(_) => Err(Farewell::NotText),
            }
        }
        [_] => Err(Farewell::Malformed),
    }
}

#[cfg(test)]
mod tests;
