use event_core::emits;

struct Plain;

#[emits(Plain, Plain)]
fn run() {}

fn main() {
    run();
}
