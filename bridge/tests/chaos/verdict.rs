//! What a viewer was told beside what the stream was. A gap counts when what comes next is told: a viewer that left
//! between the two is told of it again.

use crate::stream::Id;
use crate::viewer::Told;

/// What of the promise was not kept; none if all was.
pub(crate) fn judge(told: &[Told], epochs: &[Vec<Id>]) -> Option<String> {
    let (mut epoch, mut next, mut lost, mut is_reset) = (0, 0, 0, false);
    // It came back since the last event; it came into this stream without being told that it is another one.
    let (mut is_back, mut is_unaware) = (false, false);
    for (nth, this) in told.iter().enumerate() {
        match *this {
            Told::Back => is_back = true,
            Told::Gap { lost: more } => lost = more,
            Told::Reset => {
                (is_reset, next, lost) = (true, 0, 0);
            }
            Told::Event(id) => {
                let place = next + usize::try_from(lost).unwrap();
                // After a reset it may be any later stream: one that came and went in the meantime is none of its own.
                // And whoever comes back, or has seen one entry, has no more than a count to tell a later stream from its
                // own: where one was trimmed just as far, it goes on there, and may be told of its beginning afterwards.
                let end = if is_reset || is_back || next <= 1 {
                    epochs.len()
                } else {
                    epoch + 1
                };
                let candidates = epoch + usize::from(is_reset && !is_unaware)..end;
                let found = candidates.clone().find(|epoch| epochs[*epoch].get(place) == Some(&id));
                let Some(found) = found else {
                    let expected: Vec<_> = candidates.map(|epoch| epochs[epoch].get(place)).collect();
                    let before = &told[nth.saturating_sub(5)..nth];
                    return Some(format!(
                        "told {nth}: got {id:?} after {before:?}, where one of {expected:?} was to come, after {lost} reported lost"
                    ));
                };
                is_unaware = !is_reset && (is_unaware || found != epoch);
                (epoch, next, lost, is_reset, is_back) = (found, place + 1, 0, false, false);
            }
        }
    }
    if epoch + 1 != epochs.len() || next != epochs[epoch].len() {
        return Some(format!(
            "ended at {next} of {} in stream {epoch} of {}",
            epochs[epoch].len(),
            epochs.len()
        ));
    }
    None
}

#[test]
fn a_verdict_sees_what_is_missing_repeated_out_of_order_or_miscounted() {
    let event = |ms| Told::Event((ms, 0));
    let epochs = vec![vec![(1, 0), (2, 0), (3, 0)], vec![(1, 0), (2, 0)]];
    let gap = |lost| Told::Gap { lost };
    let whole = [event(1), event(2), event(3), Told::Reset, event(1), event(2)];
    assert_eq!(judge(&whole, &epochs), None);
    let with_gap = [gap(2), event(3), Told::Reset, gap(1), event(2)];
    assert_eq!(judge(&with_gap, &epochs), None);
    let unaware = vec![vec![(1, 0)], vec![(1, 0), (2, 0)]];
    let told_late = [event(1), Told::Back, event(2), Told::Reset, event(1), event(2)];
    assert_eq!(judge(&told_late, &unaware), None);
    for wrong in [
        &[event(1), event(3), Told::Reset, event(1), event(2)][..],
        &[event(1), event(1), event(2), event(3), Told::Reset, event(1), event(2)],
        &[event(2), event(1), event(3), Told::Reset, event(1), event(2)],
        &[gap(1), event(3), Told::Reset, event(1), event(2)],
        &[event(1), event(2), event(3), event(1), event(2)],
        &[event(1), event(2), event(3), Told::Reset, event(1)],
        &[event(1), event(2), event(3)],
    ] {
        assert!(judge(wrong, &epochs).is_some(), "{wrong:?}");
    }
}
