fn answer(question: &str) -> impl Stream<Item = Token> {
    let mut __call = ::event_core::__private::deferred(::core::module_path!(), "answer");
    if let ::core::option::Option::Some(__to) = (&mut __call)
        .start(const { ::event_core::__private::named(|Finished { .. }| ()) })
    {
        __to.event(&Started { question });
    }
    let __out = (&mut __call).run(move || { ask(question) });
    ::event_core::__private::stream::<Token, _>(&__out)
        .__end_stream(
            __call,
            __out,
            ::event_core::__private::judge!(),
            move |mut __call, __out| {
                let __end = ::event_core::__private::finish!(__call, __out);
                if let ::core::option::Option::Some((out, __to)) = __end {
                    __to.event(&Finished { tokens: out.items });
                }
                __out
            },
        )
}
