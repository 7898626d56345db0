//! The spool against a plain deque, through crashes at any byte.

use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use super::frame::Frame;
use super::frame::any_bytes;
use super::{Damage, Entry, Spool, SpoolConfig};

fn config(folder: &TempDir, max_bytes: u64) -> SpoolConfig {
    SpoolConfig {
        path: folder.path().to_owned(),
        max_bytes,
    }
}

fn open(folder: &TempDir, max_bytes: u64) -> Spool {
    Spool::open(&config(folder, max_bytes)).unwrap()
}

fn text(n: u32) -> Vec<u8> {
    format!(r#"{{"n":{n},"pad":"{}"}}"#, "x".repeat(n as usize % 50)).into_bytes()
}

fn append(spool: &mut Spool, texts: &[Vec<u8>]) -> u64 {
    let appended = spool.append(texts.iter().map(|text| (0, text.as_slice())));
    assert!(appended.error.is_none(), "{appended:?}");
    appended.count
}

fn read_all(spool: &mut Spool) -> Vec<Entry> {
    let mut all = Vec::new();
    loop {
        let entries = spool.read(3).unwrap();
        spool.confirm_before(None).unwrap();
        if entries.is_empty() {
            return all;
        }
        all.extend(entries);
    }
}

fn texts(entries: &[Entry]) -> Vec<Vec<u8>> {
    entries.iter().map(|entry| entry.json.to_vec()).collect()
}

fn numbered(numbers: std::ops::Range<u32>) -> Vec<Vec<u8>> {
    numbers.map(text).collect()
}

/// The files that hold entries, oldest first.
fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder.join("0"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "events"))
        .collect();
    files.sort();
    files
}

fn cut(path: &Path, length: u64) {
    OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(length)
        .unwrap();
}

#[test]
fn what_one_process_left_the_next_takes_up_before_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(&folder, 1 << 20);
    append(&mut spool, &numbered(0..5));
    drop(spool);
    let mut spool = open(&folder, 1 << 20);
    append(&mut spool, &numbered(5..8));
    let entries = read_all(&mut spool);
    assert_eq!(texts(&entries), numbered(0..8));
    let left: Vec<_> = entries.iter().map(|entry| entry.is_left).collect();
    assert_eq!(left, [true, true, true, true, true, false, false, false]);
}

#[test]
fn what_has_arrived_is_gone_from_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(&folder, 4096);
    for round in 0..100 {
        assert_eq!(append(&mut spool, &numbered(round * 10..round * 10 + 10)), 10);
        assert_eq!(texts(&read_all(&mut spool)), numbered(round * 10..round * 10 + 10));
    }
    assert_eq!((spool.len(), segments(folder.path()).len()), (0, 0));
    assert_eq!(open(&folder, 4096).len(), 0);
}

#[test]
fn it_never_grows_beyond_its_bound_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(&folder, 1000);
    let taken = append(&mut spool, &numbered(0..100));
    assert!((5..100).contains(&taken), "{taken}");
    assert_eq!(append(&mut spool, &numbered(100..101)), 0);
    let bytes: u64 = segments(folder.path())
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .sum();
    assert!(bytes <= 1000);
    assert_eq!(texts(&read_all(&mut spool)).len() as u64, taken);
    assert_eq!(append(&mut spool, &numbered(100..101)), 1);
}

#[test]
fn a_second_bus_has_a_folder_of_its_own_and_the_next_takes_up_both() {
    let folder = tempfile::tempdir().unwrap();
    let (mut first, mut second) = (open(&folder, 1 << 20), open(&folder, 1 << 20));
    append(&mut first, &numbered(0..3));
    append(&mut second, &numbered(10..14));
    assert_eq!((first.len(), second.len()), (3, 4));
    drop((first, second));
    let mut next = open(&folder, 1 << 20);
    append(&mut next, &numbered(20..21));
    assert_eq!(next.len(), 8);
    let read = texts(&read_all(&mut next));
    assert_eq!(read, [numbered(10..14), numbered(0..3), numbered(20..21)].concat());
    // What was taken up is free for others again.
    assert_eq!(open(&folder, 1 << 20).len(), 0);
}

#[test]
fn a_flipped_bit_costs_one_entry_and_is_counted() {
    for byte in [0, 3, 9, 15, 20] {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = open(&folder, 1 << 20);
        append(&mut spool, &numbered(0..9));
        let path = &segments(folder.path())[0];
        let mut bytes = fs::read(path).unwrap();
        let size = |n| {
            Frame {
                number: 0,
                flags: 0,
                entry: &text(n),
            }
            .size()
        };
        let fourth: usize = (0..4).map(size).sum();
        bytes[fourth + byte] ^= 4;
        fs::write(path, bytes).unwrap();
        let read = texts(&read_all(&mut spool));
        assert_eq!(read, [numbered(0..4), numbered(5..9)].concat(), "byte {byte}");
        assert_eq!((spool.damage(), spool.len()), (Damage { left: 0, own: 1 }, 0));
    }
}

#[test]
fn damage_at_the_end_is_counted_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(&folder, 1 << 20);
    append(&mut spool, &numbered(0..9));
    let path = &segments(folder.path())[0];
    cut(path, path.metadata().unwrap().len() - 1);
    assert_eq!(texts(&read_all(&mut spool)), numbered(0..8));
    assert_eq!((spool.damage(), spool.len()), (Damage { left: 0, own: 1 }, 0));
    append(&mut spool, &numbered(9..11));
    assert_eq!(texts(&read_all(&mut spool)), numbered(9..11));
}

#[test]
fn a_segment_that_somebody_deleted_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(&folder, 16 * 1024);
    for n in 0..100 {
        append(&mut spool, &numbered(n..n + 1));
    }
    drop(spool);
    let segments = segments(folder.path());
    assert!(segments.len() > 3, "{segments:?}");
    fs::remove_file(&segments[1]).unwrap();
    let mut spool = open(&folder, 16 * 1024);
    let read = read_all(&mut spool).len() as u64;
    assert!(read < 100);
    assert_eq!(
        spool.damage(),
        Damage {
            left: 100 - read,
            own: 0
        }
    );
}

#[test]
fn a_lost_note_of_what_has_arrived_sends_again_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(&folder, 1 << 20);
    append(&mut spool, &numbered(0..6));
    let first = spool.read(4).unwrap();
    spool.confirm_before(None).unwrap();
    assert_eq!(first.len(), 4);
    drop(spool);
    fs::write(folder.path().join("0/sent"), b"torn").unwrap();
    assert_eq!(texts(&read_all(&mut open(&folder, 1 << 20))), numbered(0..6));
}

#[test]
fn what_was_on_its_way_at_the_end_is_in_doubt_at_the_next_start() {
    let in_doubt = |folder: &TempDir| {
        let entries = read_all(&mut open(folder, 1 << 20));
        entries.iter().filter(|entry| entry.is_in_doubt).count()
    };
    for has_note in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = open(&folder, 1 << 20);
        append(&mut spool, &numbered(0..6));
        let read = spool.read(4).unwrap();
        assert!(read.iter().all(|entry| !entry.is_in_doubt), "nobody has sent it before");
        spool.try_up_to(read[2].number).unwrap();
        spool.confirm_before(Some(read[1].number)).unwrap();
        drop(spool);
        if !has_note {
            fs::write(folder.path().join("0/sent"), b"torn").unwrap();
        }
        assert_eq!(in_doubt(&folder), if has_note { 2 } else { 6 });
    }
}

#[test]
fn an_entry_larger_than_one_read_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut spool = open(&folder, 64 << 20);
    let large = vec![b'x'; 3 << 20];
    append(&mut spool, &[text(1), large.clone(), text(2), large.clone(), text(3)]);
    assert_eq!(
        texts(&read_all(&mut spool)),
        [text(1), large.clone(), text(2), large, text(3)]
    );
}

/// Found by the fuzzer: the checksum of what was torn fits what comes behind it.
#[test]
fn what_is_torn_swallows_no_entry_behind_it() {
    any_bytes::hold(b"\x1e\x1e\xfb\x1e\x60\x35\0\0\0\x3d\0\0\0\0\x1e\x1e\x01\xbb\x4d\xfd\xcb\0\0\0\0\0\0\0\0\0\0\xae\xc9\x04\xa1\0\0\0\x1e\x2e\x31");
}

#[derive(Debug, Clone)]
enum Step {
    Append(u32),
    /// Reads at most so many, and confirms all but so many of them.
    Send(usize, usize),
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1_u32..30).prop_map(Step::Append),
        (1_usize..20, 0_usize..4).prop_map(|(read, kept)| Step::Send(read, kept)),
        Just(Step::Restart),
    ];
    vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn it_is_a_queue_that_outlives_its_process(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = open(&folder, 4096);
        let mut model = VecDeque::new();
        // How many of the model were given out to this process.
        let mut given = 0;
        let mut n = 0;
        for step in steps {
            match step {
                Step::Append(count) => {
                    let batch = numbered(n..n + count);
                    let taken = usize::try_from(append(&mut spool, &batch)).unwrap();
                    model.extend(batch.into_iter().take(taken));
                    n += count;
                }
                Step::Send(read, kept) => {
                    let entries = spool.read(read).unwrap();
                    let expected: Vec<_> = model.iter().skip(given).take(entries.len()).cloned().collect();
                    prop_assert_eq!(texts(&entries), expected);
                    prop_assert_eq!(entries.is_empty(), given == model.len());
                    let confirmed = (given + entries.len()).saturating_sub(kept);
                    given += entries.len();
                    if let Some(first) = entries.len().checked_sub(kept) {
                        spool.confirm_before(entries.get(first).map(|entry| entry.number)).unwrap();
                        model.drain(..confirmed);
                        given -= confirmed;
                    }
                }
                Step::Restart => {
                    drop(spool);
                    spool = open(&folder, 4096);
                    given = 0;
                }
            }
            prop_assert_eq!(spool.len(), model.len() as u64);
        }
        drop(spool);
        let mut spool = open(&folder, 4096);
        prop_assert_eq!(texts(&read_all(&mut spool)), Vec::from(model));
        prop_assert_eq!(spool.damage(), Damage::default());
    }

    #[test]
    fn a_file_torn_at_any_byte_gives_a_prefix_and_takes_more(count in 1_u32..20, keep in 0.0..1.0) {
        let folder = tempfile::tempdir().unwrap();
        append(&mut open(&folder, 1 << 20), &numbered(0..count));
        let path = &segments(folder.path())[0];
        let bytes = fs::read(path).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
        let length = (bytes.len() as f64 * keep) as usize;
        cut(path, length as u64);
        let ends: Vec<usize> = (0..count).scan(0, |end, n| {
            *end += Frame { number: 0, flags: 0, entry: &text(n) }.size();
            Some(*end)
        }).filter(|end| *end <= length).collect();
        let whole = u32::try_from(ends.len()).unwrap();
        let mut spool = open(&folder, 1 << 20);
        prop_assert_eq!(spool.torn_bytes, (length - ends.last().unwrap_or(&0)) as u64);
        append(&mut spool, &numbered(100..103));
        prop_assert_eq!(texts(&read_all(&mut spool)), [numbered(0..whole), numbered(100..103)].concat());
    }

    #[test]
    fn any_bytes_hold(bytes in vec(any::<u8>(), 0..400)) {
        any_bytes::hold(&bytes);
    }

    #[test]
    fn damaged_frames_hold(count in 1_u32..8, damage in vec((any::<prop::sample::Index>(), any::<u8>()), 0..5)) {
        let mut bytes = Vec::new();
        for n in 0..count {
            Frame { number: n.into(), flags: 0, entry: &text(n) }.write(&mut bytes);
        }
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        any_bytes::hold(&bytes);
    }
}
