fn ask_model(prompt: &str) -> Result<String, String> {
    let mut __call = ::event_core::__private::call(::core::module_path!(), "ask_model");
    if (&mut __call).has_bus() {
        (&mut __call)
            .start(
                const { ::event_core::__private::named(|LlmCallCompleted { .. }| ()) },
                &LlmCallStarted {
                    agent_class: "Greeter",
                    model: "echo",
                    prompt_hash: &hash(prompt),
                    ..Default::default()
                },
            );
    }
    let __inside = (&mut __call).inside();
    let __out = (move || -> Result<String, String> {
        __inside.begin();
        thread::sleep(Duration::from_millis(400));
        match prompt.strip_prefix("hello") {
            Some(name) => Ok(format!("hello yourself,{name}")),
            None => Err(format!("{prompt:?} is no greeting")),
        }
    })();
    ::event_core::__private::finish!(__call, __out)
        .publish(|answer, __to| {
            __to.event(
                &LlmCallCompleted {
                    truncated_result: Some(answer),
                    ..Default::default()
                },
            );
        });
    __out
}
