fn ask_model(prompt: &str) -> Result<String, String> {
    let mut __call = ::event_core::__private::call(::core::module_path!(), "ask_model");
    if let ::core::option::Option::Some(__to) = (&mut __call)
        .start(const { ::event_core::__private::named(|LlmCallCompleted { .. }| ()) })
    {
        __to.event(
            &LlmCallStarted {
                agent_class: "Greeter",
                model: "echo",
                prompt_hash: &hash(prompt),
                ..Default::default()
            },
        );
    }
    let __out = (&mut __call)
        .run(move || -> Result<String, String> {
            thread::sleep(Duration::from_millis(400));
            match prompt.strip_prefix("hello") {
                Some(name) => Ok(format!("hello yourself,{name}")),
                None => Err(format!("{prompt:?} is no greeting")),
            }
        });
    let __end = ::event_core::__private::finish!(__call, __out);
    if let ::core::option::Option::Some((answer, __to)) = __end {
        __to.event(
            &LlmCallCompleted {
                truncated_result: Some(answer),
                ..Default::default()
            },
        );
    }
    __out
}
