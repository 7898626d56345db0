use proptest::prelude::*;

use super::*;

fn masked(text: &str) -> String {
    Redactor::default().redact(text).into_owned()
}

/// Shapes as they are given out, none of them a real one; and what is left of them.
const SECRETS: &[(&str, &str)] = &[
    ("sk-abcdefghijklmnop", "sk-…[redacted]"),
    ("sk-ant-api03-xK3pQ9_vB7mN-2wE5rT8yU1iO4pA6sD9fG", "sk-ant-…[redacted]"),
    ("sk-proj-Zx81mPq2Lr4hT9sKq0_AbCd-EfGh", "sk-proj-…[redacted]"),
    ("sk-12345678-1234-1234-1234-123456789abc", "sk-…[redacted]"),
    ("Bearer abcdefghijklmnop1234", "Bearer …[redacted]"),
    (
        "Authorization: bearer  mF_9.B5f-4.1JqM.aa+b/c==",
        "Authorization: bearer  …[redacted]",
    ),
    ("auth=Bearer%20mF9B5f41JqMmF9B5f41JqM", "auth=Bearer%20…[redacted]"),
    ("Bearer sk-abcdefghijklmnopqrstuvwx", "Bearer …[redacted]"),
    ("AKIAIOSFODNN7EXAMPLE", "AKIA…[redacted]"),
    ("ASIAY34FZKBOKMUTVV7A,", "ASIA…[redacted],"),
    ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "ghp_…[redacted]"),
    (
        "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789",
        "github_pat_…[redacted]",
    ),
    ("glpat-aBcDeFgHiJkLmNoPqRsT", "glpat-…[redacted]"),
    (
        "xoxb-123456789012-123456789012-AbCdEfGhIjKlMnOpQrStUvWx",
        "xoxb-…[redacted]",
    ),
    ("xoxp-1234-5678-abcdefghijklmnop", "xoxp-…[redacted]"),
    ("AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", "AIza…[redacted]"),
    (
        "https://maps/api?key=AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY&v=3",
        "https://maps/api?key=AIza…[redacted]&v=3",
    ),
    ("hf_aBcDeFgHiJkLmNoPqRsTuVwXyZ", "hf_…[redacted]"),
    ("gsk_aBcDeFgHiJkLmNoPqRsTuVwXyZ0123", "gsk_…[redacted]"),
    (
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
        "eyJ…[redacted]",
    ),
    (
        "redis://:hunter2@localhost:6379/0",
        "redis://:…[redacted]@localhost:6379/0",
    ),
    ("postgres://app:p@ss@db/x?a=b", "postgres://app:…[redacted]@db/x?a=b"),
    ("amqp://u:pa/ss#1@mq", "amqp://u:…[redacted]@mq"),
    (
        "git clone https://oauth2:0123@example.com/a.git now",
        "git clone https://oauth2:…[redacted]@example.com/a.git now",
    ),
    (
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3\nxfn/ygWep4=\n-----END RSA PRIVATE KEY-----\nend",
        "-----BEGIN RSA PRIVATE KEY-----…[redacted]-----END RSA PRIVATE KEY-----\nend",
    ),
    (
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF0123456789abcdefgh\n-----END PGP PRIVATE KEY BLOCK-----",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----…[redacted]-----END PGP PRIVATE KEY BLOCK-----",
    ),
    // In what was escaped before, and between other characters.
    (r#"{"key":"sk-abcdefghijklmnop"}"#, r#"{"key":"sk-…[redacted]"}"#),
    (r"first\nsk-abcdefghijklmnop\n", r"first\nsk-…[redacted]\n"),
    (r"\u0022sk-abcdefghijklmnop", r"\u0022sk-…[redacted]"),
    ("key%3Dsk-abcdefghijklmnop", "key%3Dsk-…[redacted]"),
    (
        "\u{1b}[31msk-abcdefghijklmnop\u{1b}[0m",
        "\u{1b}[31msk-…[redacted]\u{1b}[0m",
    ),
    ("é„sk-abcdefghijklmnop“", "é„sk-…[redacted]“"),
    ("export KEY=sk-abcdefghijklmnop;", "export KEY=sk-…[redacted];"),
    ("/sk-abcdefghijklmnop/", "/sk-…[redacted]/"),
];

const NO_SECRETS: &[&str] = &[
    "",
    "sk-learn is a library, as is sk-learn-compatible-estimators-v2",
    "a bearer of news; Bearer of responsibility/accountability; Bearer token",
    "Bearer Token-Based-Authentication, Bearer YOUR_API_KEY_GOES_HERE, Bearer $ANTHROPIC_API_KEY",
    "the task-1234567890abcdefghij and disk-1234567890abcdefghij",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "0192f0c1-2b7e-7c3d-9a4f-1234567890ab 4bf92f3577b34da6a3ce929d0e0e4736 00-4bf92f3577b34da6a3ce929d0e0e4736-01",
    "AKIA is a prefix, AKIAUNTILTHEEND too; ASIATICSOCIETYOFBENGALlibrary",
    "hf_hub_download(repo_id, hf_home_cache_folder); npm_config_registry_url; gsk_value_of_something",
    "https://example.com:8080/a/b@2 and http://[::1]:80/x@y, ssh://git@github.com/a/b.git",
    "mail me@example.com, see https://example.com/a:b@c",
    "fn main() { let x = self.some_quite_long_method_name(argument_of_some_length)?; }",
    "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWep4=\n-----END CERTIFICATE-----",
    "a file that starts with -----BEGIN PRIVATE KEY----- and has more than some lines",
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "next page: eyJvZmZzZXQiOjEwMCwibGltaXQiOjUwfQ==",
    "==================== -------------------------- ____________________",
    "Ein Satz mit Umlauten äöüß und ein sehr langes Wort: Donaudampfschifffahrtsgesellschaft",
    "sk-…[redacted]",
];

#[test]
fn well_known_secrets_are_hidden_and_what_they_were_is_still_seen() {
    for (text, expected) in SECRETS {
        assert_eq!(masked(text), *expected, "of {text:?}");
        let within = format!("Look: {text} (that was it)");
        assert_eq!(masked(&within), format!("Look: {expected} (that was it)"));
    }
}

#[test]
fn prose_hashes_ids_images_and_code_are_left_alone() {
    for text in NO_SECRETS {
        assert_eq!(masked(text), *text);
    }
}

#[test]
fn the_hashes_of_prompts_are_left_alone() {
    for n in 0..1_000 {
        let hash = crate::text::hash(format!("prompt {n}"));
        assert_eq!(masked(&hash), hash);
    }
}

#[test]
fn what_is_masked_stays_as_it_is_when_it_is_masked_again() {
    for (text, _) in SECRETS {
        let once = masked(text);
        assert_eq!(masked(&once), once);
    }
}

#[test]
fn several_secrets_in_one_text_are_all_hidden() {
    let text = "sk-abcdefghijklmnop, https://u:sk-abcdefghijklmnop@h and ghp_16C7e42F292c6912E7710c838347Ae178B4a";
    assert_eq!(
        masked(text),
        "sk-…[redacted], https://u:…[redacted]@h and ghp_…[redacted]"
    );
}

#[test]
fn a_private_key_that_is_cut_off_is_hidden_to_its_end() {
    let text = r"key: -----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3\nxfn/yg";
    assert_eq!(masked(text), "key: -----BEGIN PRIVATE KEY-----…[redacted]");
}

#[test]
fn a_mask_of_ones_own_sees_what_the_others_left() {
    let redactor = Redactor::default().and(|text| text.contains("Jane").then(|| text.replace("Jane", "[name]")));
    assert_eq!(redactor.redact("Jane: sk-abcdefghijklmnop"), "[name]: sk-…[redacted]");
    assert_eq!(redactor.redact("John"), "John");
}

#[test]
fn a_mask_that_panics_hides_the_text() {
    let redactor = Redactor::off().and(|text| panic!("{text}"));
    assert!(!redactor.redact("secret").contains("secret"));
}

#[test]
fn switched_off_it_hides_nothing() {
    for (text, _) in SECRETS {
        assert_eq!(Redactor::off().redact(text), *text);
    }
}

proptest! {
    #[test]
    fn a_token_is_hidden_wherever_it_stands(
        before in "[ -~é\n]{0,40}",
        token in "[A-Za-z0-9]{16,60}",
        after in "(|[ \"',;)\n][ -~]{0,40})",
        kind in prop::sample::select(vec!["sk-", "ghp_", "AIza", "xoxb-", "hf_"]),
    ) {
        let text = format!("{before} {kind}{token}{after}");
        prop_assert!(!masked(&text).contains(&token), "{}", masked(&text));
    }

    #[test]
    fn any_text_can_be_masked_and_loses_nothing_but_what_is_hidden(text in "[ a-zA-Z0-9é_:/@.\\\\-]{0,200}|.*") {
        let masked = masked(&text);
        let mut rest = text.as_str();
        for shown in masked.split(MASK) {
            let at = rest.find(shown);
            prop_assert!(at.is_some(), "{shown:?} of {text:?}");
            rest = &rest[at.unwrap_or_default() + shown.len()..];
        }
    }
}

/// Each would take minutes if what follows a beginning were looked through for every beginning.
#[test]
fn a_text_of_nothing_but_beginnings_is_looked_through_once() {
    const BYTES: usize = 2 * 1024 * 1024;
    for beginning in [
        "a://",
        "a://b:c/",
        "eyJ.",
        "sk-.",
        "Bearer ",
        "-----BEGIN PRIVATE KEY-----a b ",
    ] {
        let text = beginning.repeat(BYTES / beginning.len());
        assert_eq!(masked(&text), text, "{beginning}");
        let text = format!("{text} me@example.com");
        assert_eq!(masked(&text), text, "{beginning} and an address");
    }
}
