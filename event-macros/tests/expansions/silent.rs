async fn search(self: Box<Self>) -> Round {
    let __call = {
        let mut __call = ::event_core::__private::call(::core::module_path!(), "search");
        if (&mut __call).has_bus() {
            (&mut __call)
                .start_silent(const {
                    ::event_core::__private::named(|Searched { .. }| ())
                });
        }
        __call.if_on()
    };
    let __type = ::event_core::__private::hint::<Round>();
    let __body = async move {
        return {
            if false {
                return ::event_core::__private::never(__type);
            }
            let _ = &self;
            self.run().await
        };
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
                    .publish(|round, __to| {
                        __to.event(&Searched { pages: round.pages });
                    });
                __out
            },
        )
}
