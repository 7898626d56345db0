fn run(people: u32) {
    let mut __call = ::event_core::__private::call(::core::module_path!(), "run");
    if let ::core::option::Option::Some(__to) = (&mut __call)
        .start(const { ::event_core::__private::named(|RunFinished { .. }| ()) })
    {
        __to.event(
            &RunStarted {
                name: "quickstart",
                ..Default::default()
            },
        );
    }
    let __out = (&mut __call)
        .run(move || -> () {
            for n in 0..people {
                let greeting = if n % 5 == 4 { "go away" } else { "hello" };
                drop(ask_model(&format!("{greeting} number {n}")));
            }
        });
    let __end = ::event_core::__private::finish!(__call, __out);
    if let ::core::option::Option::Some((_, __to)) = __end {
        __to.bare();
    }
    __out
}
