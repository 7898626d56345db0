fn ask(n: u32) -> Result<u32, Refusal> {
    let mut __call = ::kit::watch::__private::call(::core::module_path!(), "ask");
    if (&mut __call).has_bus() {
        if n > 2 {
            (&mut __call)
                .start(
                    const { ::kit::watch::__private::named(|Answered { .. }| ()) },
                    &Asked { n },
                );
        }
    }
    let __inside = (&mut __call).inside();
    let __out = (move || -> Result<u32, Refusal> {
        __inside.begin();
        if n == 0 { refuse() } else { Ok(n) }
    })();
    (&mut __call)
        .finish_either(
            &__out,
            |__error| ::kit::watch::__private::described!(__error),
            |out, __to| {
                __to.event(&Answered { value: *out });
            },
            |e, __to| {
                __to.event(&Refused { status: e.status });
            },
        );
    __out
}
