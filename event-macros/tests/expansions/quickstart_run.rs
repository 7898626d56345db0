fn run(people: u32) {
    let mut __call = ::event_core::__private::call(::core::module_path!(), "run");
    if (&mut __call).has_bus() {
        (&mut __call)
            .start(
                const { ::event_core::__private::named(|RunFinished { .. }| ()) },
                &RunStarted {
                    name: "quickstart",
                    ..Default::default()
                },
            );
    }
    let __inside = (&mut __call).inside();
    let __out = (move || -> () {
        __inside.begin();
        for n in 0..people {
            let greeting = if n % 5 == 4 { "go away" } else { "hello" };
            drop(ask_model(&format!("{greeting} number {n}")));
        }
    })();
    ::event_core::__private::finish!(__call, __out).bare();
    __out
}
