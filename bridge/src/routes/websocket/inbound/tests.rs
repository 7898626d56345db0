use proptest::prelude::*;

use super::*;

const MAX_MESSAGE_BYTES: usize = 16 * 1024;

/// A frame as clients send it.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    let mut frame = vec![first];
    match payload.len() {
        len @ ..=125 => frame.push(MASKED | u8::try_from(len).unwrap()),
        len @ ..=65_535 => {
            frame.push(MASKED + 126);
            frame.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
        len => {
            frame.push(MASKED + 127);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// What comes of `bytes`, in pieces of so many.
fn read(bytes: &[u8], piece: usize) -> Result<Vec<Message>, Farewell> {
    let mut inbound = Inbound::new(MAX_MESSAGE_BYTES);
    let mut messages = Vec::new();
    for mut piece in bytes.chunks(piece.max(1)) {
        while let Some(message) = inbound.take(&mut piece)? {
            messages.push(message);
        }
    }
    Ok(messages)
}

fn text(text: &str) -> Message {
    Message::Text(text.to_owned())
}

#[test]
fn a_message_in_parts_with_a_ping_between_them_is_one_message() {
    let bytes = [masked(0x01, b"Hel"), masked(0x89, b"now"), masked(0x80, b"lo")].concat();
    for piece in 1..bytes.len() {
        let read = read(&bytes, piece).unwrap();
        assert_eq!(read, [Message::Ping(b"now".to_vec()), text("Hello")], "{piece}");
    }
}

#[test]
fn what_breaks_the_protocol_is_told_from_what_is_too_big_and_what_is_no_text() {
    let long = vec![b'x'; MAX_MESSAGE_BYTES];
    for (what, bytes, farewell) in [
        ("not masked", vec![0x81, 0x01, b'x', 0, 0, 0], Farewell::Malformed),
        ("a reserved bit", masked(0xc1, b"x"), Farewell::Malformed),
        ("a reserved opcode", masked(0x83, b""), Farewell::Malformed),
        ("a part of nothing", masked(0x80, b"x"), Farewell::Malformed),
        (
            "one message within another",
            [masked(0x01, b"x"), masked(0x81, b"y")].concat(),
            Farewell::Malformed,
        ),
        ("a ping in parts", masked(0x09, b""), Farewell::Malformed),
        ("a long ping", masked(0x89, &[0; 126]), Farewell::Malformed),
        ("half a close code", masked(0x88, &[3]), Farewell::Malformed),
        (
            "a close code nobody may send",
            masked(0x88, &1006_u16.to_be_bytes()),
            Farewell::Malformed,
        ),
        (
            "a reason that is no text",
            masked(0x88, &[3, 232, 0xff]),
            Farewell::NotText,
        ),
        ("no UTF-8", masked(0x81, &[0xce, 0xba, 0xe1]), Farewell::NotText),
        (
            "too long",
            masked(0x81, &[long.as_slice(), b"x"].concat()),
            Farewell::TooBig,
        ),
        (
            "too long in parts",
            [masked(0x01, &long), masked(0x80, b"x")].concat(),
            Farewell::TooBig,
        ),
        (
            "no length there is",
            [vec![0x81, 0xff], vec![0xff; 12]].concat(),
            Farewell::TooBig,
        ),
    ] {
        for piece in [1, 7, bytes.len()] {
            assert_eq!(read(&bytes, piece), Err(farewell), "{what}");
        }
    }
    assert_eq!(read(&masked(0x82, &long), 1000), Ok(vec![Message::Binary]));
}

#[test]
fn a_close_frame_may_have_a_code_or_none() {
    assert_eq!(read(&masked(0x88, b""), 1), Ok(vec![Message::Close(None)]));
    assert_eq!(
        read(&masked(0x88, &[0x03, 0xe9, b'x']), 1),
        Ok(vec![Message::Close(Some(1001))])
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic_and_without_holding_more_than_a_message(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        piece in 1..50_usize,
    ) {
        let mut inbound = Inbound::new(MAX_MESSAGE_BYTES);
        for mut piece in bytes.chunks(piece) {
            while let Ok(Some(_)) = inbound.take(&mut piece) {}
            prop_assert!(inbound.message.len() <= MAX_MESSAGE_BYTES);
            prop_assert!(inbound.control.len() <= MAX_CONTROL_BYTES);
        }
    }

    #[test]
    fn texts_come_out_as_they_went_in_however_they_are_cut(
        texts in prop::collection::vec(".{0,200}", 1..5),
        piece in 1..50_usize,
    ) {
        let bytes: Vec<u8> = texts.iter().flat_map(|text| masked(0x81, text.as_bytes())).collect();
        let expected: Vec<_> = texts.iter().map(|line| text(line)).collect();
        prop_assert_eq!(read(&bytes, piece), Ok(expected));
    }
}
