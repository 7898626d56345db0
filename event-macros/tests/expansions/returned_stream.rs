fn answer(question: &str) -> impl Stream<Item = Token> {
    let mut __call = ::event_core::__private::deferred(::core::module_path!(), "answer");
    if (&mut __call).has_bus() {
        (&mut __call)
            .start(
                const { ::event_core::__private::named(|Finished { .. }| ()) },
                &Started { question },
            );
    }
    let __inside = (&mut __call).inside();
    let __out = (move || {
        __inside.begin();
        ask(question)
    })();
    ::event_core::__private::stream::<Token, _>(&__out)
        .__end_stream(
            __call,
            __out,
            ::event_core::__private::judge!(),
            move |mut __call, __out| {
                ::event_core::__private::finish!(__call, __out)
                    .publish(|out, __to| {
                        __to.event(&Finished { tokens: out.items });
                    });
                __out
            },
        )
}
