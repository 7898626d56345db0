//! Runs one case: `calls CASE sync|async ir|ns BURSTS`. Under callgrind, instructions are read from its file; else the
//! median burst is printed, in nanoseconds per call. `calls` alone lists the cases.

use std::time::Instant;

use cost::burst::{self, CALLS, Call, measured_burst};
use cost::case::{self, Around};

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [name, form, measure, bursts] = arguments.as_slice() else {
        return list();
    };
    let (case, call) = case::find(name, form);
    let bursts: u64 = bursts.parse().expect("BURSTS is a number");
    let mut around = (case.set_up)();
    burst::warm_up(&mut *around, call);
    let mut times: Vec<_> = (0..bursts).map(|_| nanoseconds(&mut *around, call)).collect();
    if measure == "ns" {
        times.sort_unstable_by(f64::total_cmp);
        println!("{}", times[times.len() / 2]);
    }
}

/// One burst, per call.
fn nanoseconds(around: &mut dyn Around, call: Call) -> f64 {
    let mut took = 0.0;
    around.parent(&mut || {
        let begun = Instant::now();
        measured_burst(call);
        took = begun.elapsed().as_secs_f64();
    });
    around.drain();
    took * 1e9 / CALLS as f64
}

fn list() {
    for case in case::all() {
        for form in ["sync", "async"] {
            if case.call(form).is_some() {
                println!("{} {form}", case.name);
            }
        }
    }
}
