pub fn step(&self) {
    let mut __call = ::event_core::__private::call(::core::module_path!(), "step");
    if let ::core::option::Option::Some(__to) = (&mut __call)
        .start(const { ::event_core::__private::named(|Generic::<u8> { .. }| ()) })
    {
        __to.bare(const { ::event_core::__private::named(|StepStarted { .. }| ()) });
    }
    let __out = (&mut __call)
        .run(move || -> () {
            self.work();
        });
    let __end = ::event_core::__private::finish!(__call, __out);
    if let ::core::option::Option::Some((_, __to)) = __end {
        __to.bare();
    }
    __out
}
