//! An issuer of tokens: keys and signatures by `openssl`, which is no code of ours, and
//! a server that has the public keys.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const ISSUER: &str = "https://login.example.com";
pub(crate) const AUDIENCE: &str = "library";

/// Bytes as tokens have them.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A private key in a file.
pub(crate) struct Key {
    folder: TempDir,
    pub(crate) algorithm: &'static str,
    pub(crate) id: String,
}

impl Key {
    pub(crate) fn new(algorithm: &'static str, id: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options: &[&str] = match algorithm {
            "RS256" => &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            "ES256" => &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "EdDSA" => &["ED25519"],
            other => panic!("`{other}` has no key"),
        };
        let key = Self {
            folder,
            algorithm,
            id: id.to_owned(),
        };
        let file = key.file();
        let arguments = [&["genpkey", "-algorithm"][..], options].concat();
        openssl(&arguments, &["-out", file.to_str().unwrap()], b"");
        key
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// The public half (RFC 7517).
    pub(crate) fn jwk(&self) -> Value {
        let file = self.file();
        let file = ["-in", file.to_str().unwrap()];
        let public = openssl(&["pkey", "-pubout", "-outform", "DER"], &file, b"");
        let tail = |length: usize| &public[public.len() - length..];
        match self.algorithm {
            "RS256" => {
                let modulus = openssl(&["rsa", "-noout", "-modulus"], &file, b"");
                let modulus = String::from_utf8(modulus).unwrap();
                let digits = modulus.trim().strip_prefix("Modulus=").unwrap();
                let modulus: Vec<u8> = (0..digits.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
                    .collect();
                json!({ "kty": "RSA", "kid": self.id, "use": "sig", "n": encode(modulus), "e": "AQAB" })
            }
            "ES256" => {
                let (x, y) = tail(64).split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": self.id, "x": encode(x), "y": encode(y) })
            }
            _ => json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.id, "x": encode(tail(32)) }),
        }
    }

    /// A token with these claims.
    pub(crate) fn token(&self, claims: &Value) -> String {
        let header = json!({ "alg": self.algorithm, "typ": "JWT", "kid": self.id });
        self.token_with(&header, claims)
    }

    /// A token with this header and these claims, signed as the key signs.
    pub(crate) fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = format!(
            "{}.{}",
            encode(header.to_string()),
            encode(claims.to_string())
        );
        format!("{message}.{}", encode(self.sign(message.as_bytes())))
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let file = self.file();
        let file = file.to_str().unwrap();
        if self.algorithm == "EdDSA" {
            // Needs its input in a file.
            let input = self.folder.path().join("input");
            std::fs::write(&input, message).unwrap();
            let arguments = ["-inkey", file, "-in", input.to_str().unwrap()];
            return openssl(&["pkeyutl", "-sign", "-rawin"], &arguments, b"");
        }
        let signature = openssl(&["dgst", "-sha256", "-sign"], &[file], message);
        if self.algorithm == "ES256" {
            return raw(&signature);
        }
        signature
    }
}

/// The two numbers of an ECDSA signature, 32 bytes each: DER has them as integers.
fn raw(der: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    let mut rest = &der[2..];
    while let [2, length, more @ ..] = rest {
        let (number, behind) = more.split_at(usize::from(*length));
        let significant: Vec<_> = number.iter().skip_while(|byte| **byte == 0).collect();
        numbers.extend(std::iter::repeat_n(0, 32 - significant.len()));
        numbers.extend(significant);
        rest = behind;
    }
    numbers
}

pub(crate) fn openssl(arguments: &[&str], more: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write as _;

    let mut child = Command::new("openssl")
        .args(arguments)
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {errors}");
    output.stdout
}

/// A certificate of `name` and its key, in `folder`; signed by `authority`, a pair that
/// was made before, or by itself.
pub(crate) fn certificate(folder: &Path, name: &str, authority: Option<&str>) {
    let file = |name: &str, kind: &str| folder.join(format!("{name}.{kind}"));
    let (key, pem) = (file(name, "key"), file(name, "pem"));
    let subject = format!("/O=Acme/CN={name}");
    let mut arguments = vec![
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-noenc",
        "-days",
        "2",
        "-subj",
        &subject,
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout",
        key.to_str().unwrap(),
        "-out",
        pem.to_str().unwrap(),
    ];
    let signer = authority.map(|authority| (file(authority, "pem"), file(authority, "key")));
    if let Some((pem, key)) = &signer {
        let paths = [pem, key].map(|path| path.to_str().unwrap());
        arguments.extend(["-CA", paths[0], "-CAkey", paths[1]]);
        arguments.extend(["-addext", "basicConstraints=critical,CA:FALSE"]);
    }
    openssl(&arguments, &[], b"");
}

/// Claims that are taken, by somebody.
pub(crate) fn claims(subject: &str) -> Value {
    json!({ "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": now() + 600 })
}

pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// Serves keys over HTTP.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) asked: Arc<AtomicU64>,
}

impl Server {
    pub(crate) async fn start(keys: &[&Key]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let document = document(keys);
        let asked = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&asked);
        let answer = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            let document = document.clone();
            async move { ([("cache-control", "max-age=3600")], document) }
        };
        let routes = axum::Router::new().route("/keys", axum::routing::get(answer));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }
}

/// A key set.
pub(crate) fn document(keys: &[&Key]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
    json!({ "keys": keys }).to_string()
}
