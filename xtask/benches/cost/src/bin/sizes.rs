//! Bytes: of futures, and of the stack by level of recursion. `sizes` prints `NAME SMALL BY-VALUE STACK EVALUATION` for
//! each.

use cost::size;

fn main() {
    for size in size::all() {
        println!(
            "{} {} {} {} {}",
            size.name, size.future, size.future_by_value, size.stack, size.evaluation
        );
    }
}
