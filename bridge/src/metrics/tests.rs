use super::*;

const LOG: LogState = LogState {
    is_reachable: true,
    entries_behind: Some(3),
};

#[test]
fn clients_are_counted_while_they_are_there_and_afterwards() {
    let metrics = Arc::new(Metrics::default());
    let client = metrics.client(Kind::Framed);
    client.sent(10, 2000);
    client.was_slow();
    let text = metrics.to_prometheus(LOG);
    for line in [
        "event_bridge_clients{kind=\"framed\"} 1\n",
        "event_bridge_clients{kind=\"plain\"} 0\n",
        "event_bridge_sent_messages_total{kind=\"framed\"} 10\n",
        "event_bridge_sent_bytes_total{kind=\"framed\"} 2000\n",
        "event_bridge_slow_closes_total{kind=\"framed\"} 1\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    drop(client);
    let text = metrics.to_prometheus(LOG);
    assert!(text.contains("event_bridge_clients{kind=\"framed\"} 0\n"), "{text}");
    assert!(
        text.contains("event_bridge_clients_total{kind=\"framed\"} 1\n"),
        "{text}"
    );
}

#[test]
fn a_bucket_holds_what_took_no_longer_than_its_limit() {
    let metrics = Metrics::default();
    metrics.latency.observe(0, 5);
    metrics.latency.observe(2, 1);
    metrics.latency.observe(60_000, 1);
    let text = metrics.to_prometheus(LOG);
    for line in [
        "event_bridge_delivery_seconds_bucket{le=\"0.001\"} 5\n",
        "event_bridge_delivery_seconds_bucket{le=\"0.002\"} 6\n",
        "event_bridge_delivery_seconds_bucket{le=\"10.000\"} 6\n",
        "event_bridge_delivery_seconds_bucket{le=\"+Inf\"} 7\n",
        "event_bridge_delivery_seconds_sum 60.002\n",
        "event_bridge_delivery_seconds_count 7\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn tables_of_words_are_in_the_order_of_their_enums() {
    assert!(Kind::ALL.iter().enumerate().all(|(at, (kind, _))| *kind as usize == at));
    assert!(
        Refusal::ALL
            .iter()
            .enumerate()
            .all(|(at, (why, _))| *why as usize == at)
    );
}

#[test]
fn every_family_is_described_once_and_before_its_lines() {
    let text = Metrics::default().to_prometheus(LOG);
    let mut described = std::collections::HashSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            assert!(described.insert(rest.split(' ').next().unwrap()), "{line}");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            assert!(described.contains(family.unwrap_or(name)), "{line}");
        }
    }
}
