async fn fetch(url: &str) -> Result<Page, FetchError> {
    let __call = {
        let mut __call = ::event_core::__private::call(::core::module_path!(), "fetch");
        if let ::core::option::Option::Some(__to) = (&mut __call)
            .start(const { ::event_core::__private::named(|Finished { .. }| ()) })
        {
            __to.event(&Started { url });
        }
        __call.if_on()
    };
    let __type = ::event_core::__private::hint::<Result<Page, FetchError>>();
    let __body = async move {
        if false {
            return ::event_core::__private::never(__type);
        }
        get(url).await?.page()
    };
    let ::core::option::Option::Some(__call) = __call else {
        return __body.await;
    };
    let (__out, __call) = __call.watch(__body).await;
    __call
        .end(
            __out,
            |__out, mut __call| {
                let __end = ::event_core::__private::finish!(__call, __out);
                if let ::core::option::Option::Some((page, __to)) = __end {
                    __to.event(&Finished { bytes: page.len() });
                }
                __out
            },
        )
}
