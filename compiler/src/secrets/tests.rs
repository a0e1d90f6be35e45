use super::*;

/// A secret of this form, in no file as it stands.
fn made(prefix: &str, length: usize) -> String {
    let letters = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8".chars().cycle();
    prefix.chars().chain(letters.take(length)).collect()
}

#[test]
fn tokens_are_known_by_their_form() {
    for (prefix, least, kind) in TOKENS {
        let token = made(prefix, *least);
        assert_eq!(find("X", &token), Some(Found::Token(kind)), "{prefix}");
        let in_header = format!("Bearer {token}");
        assert_eq!(find("Authorization", &in_header), Some(Found::Token(kind)));
        assert_ne!(find("X", &format!("a{token}")), Some(Found::Token(kind)));
        assert_eq!(find("X", &format!("{prefix}{}", "x".repeat(*least))), None);
    }
    let key = ["-----BEGIN RSA PRIVATE", " KEY-----\nMIIE"].concat();
    assert_eq!(find("X", &key), Some(Found::Token("a private key")));
    assert_eq!(find("X", "-----BEGIN CERTIFICATE-----\nMIIE"), None);
    let part = made("eyJ", 20);
    let token = format!("{part}.{part}.{}", made("", 24));
    assert_eq!(find("X", &token), Some(Found::Token("a JSON Web Token")));
    assert_eq!(find("X", &part), None);
}

#[test]
fn what_looks_like_a_secret_is_probable() {
    for (name, value) in [
        ("Authorization", "Basic dXNlcjpwYXNzd29yZDEyMw=="),
        ("Authorization", "bearer 9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
        ("API_TOKEN", "9f8e7d6c5b4a39281706"),
        ("apiKey", "Zk3Jq8Vw1Tn6Lp0Rs5Xa"),
        ("DB_PASSWORD", "hunter42rabbit"),
        ("X", "postgres://admin:s3cr3t@db/x"),
    ] {
        assert!(
            matches!(find(name, value), Some(Found::Probable(_))),
            "{name}={value}"
        );
    }
}

#[test]
fn what_is_no_secret_is_left_alone() {
    for (name, value) in [
        ("Authorization", "Basic ${GRAFANA_TOKEN}"),
        ("Authorization", "Bearer ${TOKEN}"),
        ("Authorization", "Bearer your-token-goes-here"),
        ("TOKEN_URL", "9f8e7d6c5b4a39281706"),
        ("TOKEN_TTL_SECONDS", "3600"),
        ("PUBLIC_KEY", "9f8e7d6c5b4a39281706f5e4"),
        ("KEY_ID", "9f8e7d6c5b4a39281706f5e4"),
        ("SECRET", "${SECRET}"),
        ("SECRET", "changeme1234567890"),
        ("SECRET_FILE", "/run/secrets/token-1234567890"),
        ("SECRET", "/run/secrets/token-1234567890"),
        ("PASSWORD", "password"),
        ("PASSWORD", ""),
        ("KEYBOARD", "9f8e7d6c5b4a39281706f5e4"),
        ("MONKEY", "9f8e7d6c5b4a39281706f5e4"),
        ("DIGEST", "9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
        ("COMMIT", "90c6ccd0f1e2d3c4b5a69788796a5b4c3d2e1f00"),
        ("ID", "d7bd258f-46ff-4fb4-a02d-efa4d096f810"),
        ("X", "task-force-sk-learn-and-other-words"),
        ("X", "postgres://admin@db/x"),
        ("X", "postgres://admin:${PASSWORD}@db/x"),
        ("X", "AKIAIOSFODNN7EXAMPLE"),
        ("MODEL_URL", "http://aggregator/model"),
    ] {
        assert_eq!(find(name, value), None, "{name}={value}");
    }
}
