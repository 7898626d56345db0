use super::*;

/// What the attribute's expansion does.
macro_rules! verdict {
    ($value:expr) => {
        (&Returned(&$value)).__verdict(|error| (&&&Described(error)).__describe())
    };
}

type Alias<T> = std::io::Result<T>;

struct Opaque;

#[derive(Debug)]
struct Wrapped(std::num::ParseIntError);

impl Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("bad count")
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn ok_and_plain_values_are_seen() {
    let aliased: Alias<u8> = Ok(7);
    assert_eq!(verdict!(aliased), Ok(&7));
    assert_eq!(verdict!(7_u8), Ok(&7));
    assert_eq!(verdict!(Some(7)), Ok(&Some(7)));
}

#[test]
fn an_error_behind_an_alias_is_an_error() {
    let aliased: Alias<u8> = Err(std::io::Error::other("disk full"));
    let failure = verdict!(aliased).unwrap_err();
    assert_eq!(
        (failure.error.as_str(), failure.error_type),
        ("disk full", "std::io::error::Error")
    );
}

#[test]
fn sources_make_a_chain() {
    let error: Result<(), _> = Err(Wrapped("x".parse::<u8>().unwrap_err()));
    let failure = verdict!(error).unwrap_err();
    assert_eq!(failure.error_chain, ["bad count", "invalid digit found in string"]);
}

#[test]
fn boxed_errors_texts_and_unknown_types_are_described() {
    let boxed: Result<(), Box<dyn Error + Send + Sync>> = Err(Box::new(Wrapped("x".parse::<u8>().unwrap_err())));
    assert_eq!(verdict!(boxed).unwrap_err().error_chain.len(), 2);
    let text: Result<(), String> = Err("nope".to_owned());
    assert_eq!(verdict!(text).unwrap_err().error, "nope");
    let opaque: Result<(), Opaque> = Err(Opaque);
    assert_eq!(verdict!(opaque).unwrap_err().error, std::any::type_name::<Opaque>());
}

#[test]
fn an_error_that_panics_when_shown_is_named_by_its_type() {
    struct Explosive;
    impl Display for Explosive {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("in Display")
        }
    }
    let error: Result<(), Explosive> = Err(Explosive);
    assert!(verdict!(error).unwrap_err().error.ends_with("Explosive"));
}
