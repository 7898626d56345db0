use bytes::Bytes;
use event_core::log::{Content, Entry};

use super::*;
use crate::ring::Seen;

const PADDED: &str = "{\"type\":\"b\",\n\"payload\":{\"node_id\":\"x\"}}";

/// A block of these texts, at 1-0, 2-0 and so on.
fn block(texts: &[&str]) -> Arc<Block> {
    let entries: Vec<_> = (1..)
        .zip(texts)
        .map(|(ms, text)| Entry {
            id: EntryId { ms, seq: 0 },
            ordinal: Some(ms),
            content: Content::Json(Bytes::copy_from_slice(text.as_bytes())),
        })
        .collect();
    let mut blocks = frame(&entries, &mut Seen::default(), |_, _| {});
    assert_eq!(blocks.len(), 1);
    blocks.remove(0)
}

fn of_type(kinds: &[&str]) -> Filter {
    Filter {
        types: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        ..Filter::default()
    }
}

/// The payloads of the frames, read as a client would.
fn payloads(slice: &Slice, form: Form, filter: &Filter) -> (Vec<String>, usize, Option<u64>) {
    let mut parts: Vec<Bytes> = Vec::new();
    let shown = slice.frames(form, filter, &mut parts);
    let (mut bytes, mut payloads) = (parts.concat(), Vec::new());
    while !bytes.is_empty() {
        assert_eq!(bytes[0], 0x81, "one text frame a message");
        let (header, len) = match bytes[1] {
            126 => (4, usize::from(u16::from_be_bytes([bytes[2], bytes[3]]))),
            127 => (
                10,
                usize::try_from(u64::from_be_bytes(bytes[2..10].try_into().unwrap())).unwrap(),
            ),
            len => (2, usize::from(len)),
        };
        let rest = bytes.split_off(header + len);
        payloads.push(String::from_utf8(bytes.split_off(header)).unwrap());
        bytes = rest;
    }
    (payloads, parts.len(), shown.last.map(|cursor| cursor.id.ms))
}

#[test]
fn a_whole_block_is_one_part_whose_bytes_are_shared() {
    let block = block(&[r#"{"type":"a"}"#, PADDED, r#"{"type":"c"}"#]);
    let slice = Slice::whole(block.clone());
    let open = Filter::default();
    let lines = concat!(
        r#"{"cursor":"1-0@1","event":{"type":"a"}}"#,
        "\n",
        r#"{"cursor":"2-0@2","event":{"type":"b", "payload":{"node_id":"x"}}}"#,
        "\n",
        r#"{"cursor":"3-0@3","event":{"type":"c"}}"#,
        "\n"
    );
    assert_eq!(
        payloads(&slice, Form::Lines, &open),
        (vec![lines.to_owned()], 1, Some(3))
    );
    let events = [r#"{"type":"a"}"#, PADDED, r#"{"type":"c"}"#].map(str::to_owned);
    assert_eq!(payloads(&slice, Form::Events, &open), (events.to_vec(), 1, Some(3)));
    let mut parts: Vec<Bytes> = Vec::new();
    slice.frames(Form::Events, &open, &mut parts);
    assert_eq!(parts[0].as_ptr(), block.events.as_ptr(), "not a copy");
}

#[test]
fn what_a_filter_leaves_is_framed_anew_and_neighbours_stay_together() {
    let texts = [r#"{"type":"a"}"#, PADDED, r#"{"type":"a"}"#, r#"{"type":"c"}"#];
    let slice = Slice::whole(block(&texts));
    let line = |ms: u64, text: &str| format!("{{\"cursor\":\"{ms}-0@{ms}\",\"event\":{text}}}\n");
    let both = line(3, texts[2]) + &line(4, texts[3]);
    let wanted = of_type(&["a", "c"]);
    let framed = payloads(&slice, Form::Lines, &wanted);
    assert_eq!(
        framed,
        (vec![line(1, texts[0]) + &both], 3, Some(4)),
        "a header and two ranges"
    );
    let plain = payloads(&slice, Form::Events, &wanted);
    assert_eq!(
        plain,
        (
            vec![texts[0].to_owned(), texts[2].to_owned(), texts[3].to_owned()],
            2,
            Some(4)
        )
    );
    for form in [Form::Lines, Form::Events] {
        assert_eq!(payloads(&slice, form, &of_type(&["none"])), (vec![], 0, None));
    }
}

#[test]
fn a_reader_within_a_block_gets_the_rest_of_it() {
    let block = block(&[r#"{"type":"a"}"#, r#"{"type":"b"}"#, r#"{"type":"c"}"#]);
    let after = Slice::after(block, Cursor::at(EntryId { ms: 1, seq: 0 }));
    let (plain, parts, _) = payloads(&after, Form::Events, &Filter::default());
    assert_eq!((plain.len(), parts), (2, 1));
    let (framed, parts, _) = payloads(&after, Form::Lines, &Filter::default());
    assert_eq!((framed[0].lines().count(), parts), (2, 2));
}

#[test]
fn long_blocks_have_long_headers() {
    for bytes in [10, 200, 70_000] {
        let text = format!(r#"{{"type":"{}"}}"#, "t".repeat(bytes));
        let slice = Slice::whole(block(&[&text]));
        let (framed, ..) = payloads(&slice, Form::Lines, &Filter::default());
        assert!(framed[0].ends_with(&format!("\"event\":{text}}}\n")));
        assert_eq!(payloads(&slice, Form::Events, &Filter::default()).0, [text]);
    }
}
