fn sum(v: Vec<u32>, limit: u64) -> Result<u32, Overflow> {
    let mut __call = ::event_core::__private::call(::core::module_path!(), "sum");
    if (&mut __call).has_bus() {
        (&mut __call)
            .start(
                const { ::event_core::__private::named(|Finished { .. }| ()) },
                &Started { n: v.len() },
            );
    }
    let __inside = (&mut __call).inside();
    let __out = (move || -> Result<u32, Overflow> {
        let v = v;
        let _ = &v;
        let mut limit = limit;
        __inside.begin();
        v.iter().try_sum()
    })();
    ::event_core::__private::finish!(__call, __out)
        .publish(|out, __to| {
            __to.event(&Finished { sum: *out });
        });
    __out
}
