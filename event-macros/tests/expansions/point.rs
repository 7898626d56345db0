fn miss(key: &str) {
    #![allow(unused)]
    if ::event_core::__private::is_on() {
        ::event_core::__private::point(module_path!(), "miss", &Missed { key });
    }
    count(key)
}
