fn fetch(url: &str) -> BoxFuture<'_, Result<Page, FetchError>> {
    let __type = ::event_core::__private::concrete::<
        BoxFuture<'_, Result<Page, FetchError>>,
    >();
    let mut __call = __type.__call(::core::module_path!(), "fetch");
    if (&mut __call).has_bus() {
        (&mut __call)
            .start(
                const { ::event_core::__private::named(|Finished { .. }| ()) },
                &Started { url },
            );
    }
    let __inside = (&mut __call).inside();
    let __out = (move || -> BoxFuture<'_, Result<Page, FetchError>> {
        __inside.begin();
        Box::pin(get(url))
    })();
    __type
        .__end(
            __call,
            __out,
            ::event_core::__private::judge!(),
            move |mut __call, __out| {
                ::event_core::__private::finish!(__call, __out)
                    .publish(|page, __to| {
                        __to.event(&Finished { bytes: page.len() });
                    });
                __out
            },
        )
}
