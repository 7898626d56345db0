fn ask(n: u32) -> Result<u32, Refusal> {
    let mut __call = ::kit::watch::__private::call(::core::module_path!(), "ask");
    if let ::core::option::Option::Some(__to) = (&mut __call)
        .start(const { ::kit::watch::__private::named(|Answered { .. }| ()) })
    {
        if n > 2 {
            __to.event(&Asked { n });
        }
    }
    let __out = (&mut __call)
        .run(move || -> Result<u32, Refusal> { if n == 0 { refuse() } else { Ok(n) } });
    let __end = ::kit::watch::__private::finish_either!(__call, & __out);
    match __end {
        ::core::option::Option::Some(::core::result::Result::Ok((out, __to))) => {
            __to.event(&Answered { value: *out });
        }
        ::core::option::Option::Some(::core::result::Result::Err((e, __to))) => {
            __to.event(&Refused { status: e.status });
        }
        ::core::option::Option::None => {}
    }
    __out
}
