fn fetch(url: &str) -> BoxFuture<'_, Result<Page, FetchError>> {
    let __type = ::event_core::__private::concrete::<
        BoxFuture<'_, Result<Page, FetchError>>,
    >();
    let mut __call = __type.__call(::core::module_path!(), "fetch");
    if let ::core::option::Option::Some(__to) = (&mut __call)
        .start(const { ::event_core::__private::named(|Finished { .. }| ()) })
    {
        __to.event(&Started { url });
    }
    let __out = (&mut __call)
        .run(move || -> BoxFuture<'_, Result<Page, FetchError>> { Box::pin(get(url)) });
    __type
        .__end(
            __call,
            __out,
            ::event_core::__private::judge!(),
            move |mut __call, __out| {
                let __end = ::event_core::__private::finish!(__call, __out);
                if let ::core::option::Option::Some((page, __to)) = __end {
                    __to.event(&Finished { bytes: page.len() });
                }
                __out
            },
        )
}
