fn fetch<'a>(
    &self,
    url: &'a str,
) -> impl Future<Output = Result<Page<'a>, FetchError>> + Send + use<'a> {
    let mut __call = ::event_core::__private::deferred(::core::module_path!(), "fetch");
    if (&mut __call).has_bus() {
        (&mut __call)
            .start(
                const { ::event_core::__private::named(|Finished { .. }| ()) },
                &Started { url },
            );
    }
    let __inside = (&mut __call).inside();
    let __out = (move || {
        __inside.begin();
        get(url)
    })();
    ::event_core::__private::future::<Result<Page<'a>, FetchError>, _>(&__out)
        .__end(
            __call,
            __out,
            move |mut __call, __out| {
                ::event_core::__private::finish!(__call, __out)
                    .publish(|page, __to| {
                        __to.event(&Finished { bytes: page.len() });
                    });
                __out
            },
        )
}
