fn run_step(step: u64) -> Result<String, std::num::ParseIntError> {
    let mut __call = ::event_core::__private::call(module_path!(), "run_step");
    if let ::core::option::Option::Some(__to) = __call.start(|StepFinished { .. }| ()) {
        __to.event(
            &StepStarted {
                step,
                node_id: "greeting",
                root_id: "greeting",
                ..Default::default()
            },
        );
    }
    let __out = __call
        .run(move || -> Result<String, std::num::ParseIntError> {
            if step % 5 == 4 {
                "five".parse::<u8>()?;
            }
            Ok(ask_model(&format!("hello number {step}")))
        });
    let __end = ::event_core::__private::finish!(__call, __out);
    if let ::core::option::Option::Some((answer, __to)) = __end {
        __to.event(
            &StepFinished {
                result_summary: Some(answer),
                ..Default::default()
            },
        );
    }
    __out
}
