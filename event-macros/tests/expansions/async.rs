async fn fetch(url: &str) -> Result<Page, FetchError> {
    let __call = {
        let mut __call = ::event_core::__private::call(::core::module_path!(), "fetch");
        if (&mut __call).has_bus() {
            (&mut __call)
                .start(
                    const { ::event_core::__private::named(|Finished { .. }| ()) },
                    &Started { url },
                );
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
                ::event_core::__private::finish!(__call, __out)
                    .publish(|page, __to| {
                        __to.event(&Finished { bytes: page.len() });
                    });
                __out
            },
        )
}
