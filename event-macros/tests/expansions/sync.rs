fn sum(v: Vec<u32>, limit: u64) -> Result<u32, Overflow> {
    let mut __call = ::event_core::__private::call(::core::module_path!(), "sum");
    if let ::core::option::Option::Some(__to) = (&mut __call)
        .start(const { ::event_core::__private::named(|Finished { .. }| ()) })
    {
        __to.event(&Started { n: v.len() });
    }
    let __out = (&mut __call)
        .run(move || -> Result<u32, Overflow> {
            let v = v;
            let _ = &v;
            let mut limit = limit;
            v.iter().try_sum()
        });
    let __end = ::event_core::__private::finish!(__call, __out);
    if let ::core::option::Option::Some((out, __to)) = __end {
        __to.event(&Finished { sum: *out });
    }
    __out
}
