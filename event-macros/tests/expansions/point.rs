fn miss(key: &str) {
    #![allow(unused)]
    if let ::core::option::Option::Some(__bus) = ::event_core::__private::here() {
        ::event_core::__private::point(
            &__bus,
            ::core::module_path!(),
            "miss",
            &Missed { key },
        );
    }
    count(key)
}
