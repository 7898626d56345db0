use super::*;

fn entry(ms: u64) -> Entry {
    Entry {
        id: EntryId { ms, seq: 0 },
        ordinal: None,
        content: Content::Json(Bytes::from_static(b"{}")),
    }
}

/// A log to which `appended` entries were added, at 1-0, 2-0, …, and of which the newest `length` are left.
fn info(appended: u64, length: u64) -> LogInfo {
    LogInfo {
        first: (length > 0).then(|| EntryId {
            ms: appended - length + 1,
            seq: 0,
        }),
        last: EntryId { ms: appended, seq: 0 },
        length,
        appended: Some(appended),
        is_exact: true,
    }
}

fn seen(ms: u64) -> Cursor {
    Cursor {
        id: EntryId { ms, seq: 0 },
        ordinal: Some(ms),
    }
}

#[test]
fn a_page_in_the_middle_numbers_its_entries_from_the_cursor() {
    let page = Page::forward(seen(5), vec![entry(6), entry(7)], info(10, 10));
    let ordinals: Vec<_> = page.entries.iter().map(|entry| entry.ordinal).collect();
    assert_eq!(ordinals, [Some(6), Some(7)]);
    assert!(page.gap_after(seen(5)).is_none());
}

#[test]
fn a_page_behind_a_trim_counts_what_is_lost() {
    let page = Page::forward(seen(2), vec![entry(7), entry(8)], info(8, 2));
    assert_eq!(page.entries[0].ordinal, Some(7));
    assert_eq!(page.gap_after(seen(2)).unwrap().lost, Some(4));
}

#[test]
fn a_cursor_right_before_the_first_entry_lost_nothing() {
    let page = Page::forward(seen(6), vec![entry(7)], info(7, 1));
    assert!(page.gap_after(seen(6)).is_none());
}

#[test]
fn a_reader_that_miscounted_is_set_right_at_the_end_of_the_log() {
    // It stands at 9-0 and believes that this is the 4th entry; five were trimmed before it came to them.
    let miscounted = Cursor {
        ordinal: Some(4),
        ..seen(9)
    };
    let page = Page::forward(miscounted, vec![entry(10)], info(10, 4));
    assert_eq!(page.entries[0].ordinal, Some(10));
    assert_eq!(page.gap_after(miscounted).unwrap().lost, Some(5));
}

#[test]
fn a_log_trimmed_to_nothing_is_a_gap_too() {
    let page = Page::forward(seen(3), vec![], info(9, 0));
    let gap = page.gap_after(seen(3)).unwrap();
    assert_eq!((gap.lost, gap.first.is_none()), (Some(6), true));
}

#[test]
fn without_ordinals_the_gap_is_told_but_not_counted() {
    let bare = Cursor::at(EntryId { ms: 2, seq: 0 });
    let page = Page::forward(bare, vec![entry(7)], info(7, 1));
    assert_eq!(page.gap_after(bare).unwrap().lost, None);
}

#[tokio::test]
async fn the_memory_log_keeps_the_newest_and_says_what_it_forgot() {
    let log = MemoryLog::new("test", 3);
    let entries: Vec<_> = (0..5).map(|n| Bytes::from(n.to_string())).collect();
    log.append(&entries).await.unwrap();

    let page = log.page(Cursor::START, Direction::Forward, 10).await.unwrap();
    let kept: Vec<_> = page.entries.iter().map(|entry| (entry.ordinal, text(entry))).collect();
    assert_eq!(
        kept,
        [
            (Some(3), "2".to_owned()),
            (Some(4), "3".to_owned()),
            (Some(5), "4".to_owned())
        ]
    );
    assert_eq!(page.gap_after(Cursor::START).unwrap().lost, Some(2));
}

#[tokio::test]
async fn the_memory_log_pages_backward_from_its_head() {
    let log = MemoryLog::new("test", 0);
    let entries: Vec<_> = (0..5).map(|n| Bytes::from(n.to_string())).collect();
    log.append(&entries).await.unwrap();
    let from = Cursor::at(EntryId { ms: u64::MAX, seq: 0 });
    let page = log.page(from, Direction::Backward, 2).await.unwrap();
    assert_eq!(page.entries.iter().map(text).collect::<Vec<_>>(), ["4", "3"]);
}

#[tokio::test(start_paused = true)]
async fn a_tail_wakes_for_an_append_and_gives_up_after_its_patience() {
    let log = std::sync::Arc::new(MemoryLog::new("test", 0));
    assert!(
        log.tail(Cursor::START, 10, Duration::from_secs(5))
            .await
            .unwrap()
            .is_empty()
    );

    let reader = tokio::spawn({
        let log = log.clone();
        async move { log.tail(Cursor::START, 10, Duration::from_secs(3600)).await.unwrap() }
    });
    tokio::task::yield_now().await;
    log.append(&[Bytes::from_static(b"new")]).await.unwrap();
    assert_eq!(text(&reader.await.unwrap()[0]), "new");
}

fn text(entry: &Entry) -> String {
    match &entry.content {
        Content::Json(json) => String::from_utf8(json.to_vec()).unwrap(),
        Content::Foreign(fields) => panic!("foreign entry with {fields:?}"),
    }
}
