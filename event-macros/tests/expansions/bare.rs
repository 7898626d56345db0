pub fn step(&self) {
    let mut __call = ::event_core::__private::call(::core::module_path!(), "step");
    if (&mut __call).has_bus() {
        (&mut __call)
            .start_bare(
                const { ::event_core::__private::named(|Generic::<u8> { .. }| ()) },
                const { ::event_core::__private::named(|StepStarted { .. }| ()) },
            );
    }
    let __inside = (&mut __call).inside();
    let __out = (move || -> () {
        __inside.begin();
        self.work();
    })();
    ::event_core::__private::finish!(__call, __out).bare();
    __out
}
