use event_core::emits;

#[emits]
fn run() {}

#[emits(_)]
fn walk() {}

fn main() {
    run();
    walk();
}
