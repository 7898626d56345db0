fn fetch<'a>(
    &self,
    url: &'a str,
) -> impl Future<Output = Result<Page<'a>, FetchError>> + Send + use<'a> {
    let mut __call = ::event_core::__private::deferred(::core::module_path!(), "fetch");
    if let ::core::option::Option::Some(__to) = (&mut __call)
        .start(const { ::event_core::__private::named(|Finished { .. }| ()) })
    {
        __to.event(&Started { url });
    }
    let __out = (&mut __call).run(move || { get(url) });
    ::event_core::__private::future::<Result<Page<'a>, FetchError>, _>(&__out)
        .__end(
            __call,
            __out,
            move |mut __call, __out| {
                let __end = ::event_core::__private::finish!(__call, __out);
                if let ::core::option::Option::Some((page, __to)) = __end {
                    __to.event(&Finished { bytes: page.len() });
                }
                __out
            },
        )
}
