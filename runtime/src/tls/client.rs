//! Who a client is, by the certificate that the handshake has verified.

use std::fmt::Write as _;

use super::der::{self, OCTET_STRING, OID, SEQUENCE, SET, context};

/// Longer names are cut off nowhere: a certificate with one says nobody.
const MAX_NAME: usize = 4096;

/// The names in a client's certificate (RFC 5280).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    /// The distinguished name of the authority, as RFC 4514 writes it.
    pub(crate) issuer: String,
    /// The first URI of the certificate, as SPIFFE has it, or else the
    /// distinguished name of the client.
    pub(crate) subject: String,
}

impl ClientCertificate {
    /// The names in a certificate; `None` where it has none.
    pub(crate) fn read(certificate: &[u8]) -> Option<Self> {
        let (certificate, _) = der::expect(certificate, SEQUENCE)?;
        let (fields, _) = der::expect(certificate, SEQUENCE)?;
        let mut fields = der::values(fields);
        // The version is left out where it is the first; the serial number is not.
        if fields.next()?.tag == context(0) {
            fields.next()?;
        }
        // Behind the algorithm of the signature, and behind the time of validity.
        let issuer = fields.nth(1)?.content;
        let name = fields.nth(1)?.content;
        let extensions = fields.find(|field| field.tag == context(3));
        let uri = extensions.and_then(|extensions| uri(extensions.content));
        let subject = match uri {
            Some(uri) => uri.to_owned(),
            None => distinguished_name(name)?,
        };
        let found = Self {
            issuer: distinguished_name(issuer)?,
            subject,
        };
        let is_short = |name: &str| !name.is_empty() && name.len() <= MAX_NAME;
        (is_short(&found.issuer) && is_short(&found.subject)).then_some(found)
    }
}

/// The first URI among the alternative names.
fn uri(extensions: &[u8]) -> Option<&str> {
    const ALTERNATIVE_NAMES: [u8; 3] = [0x55, 0x1d, 0x11];
    const URI: u8 = 0x86;
    let (extensions, _) = der::expect(extensions, SEQUENCE)?;
    let names = der::values(extensions).find_map(|extension| {
        let (id, _) = der::expect(extension.content, OID)?;
        let value = der::values(extension.content).find(|value| value.tag == OCTET_STRING)?;
        (id == ALTERNATIVE_NAMES).then_some(value.content)
    })?;
    let (names, _) = der::expect(names, SEQUENCE)?;
    let uri = der::values(names).find(|name| name.tag == URI)?;
    std::str::from_utf8(uri.content).ok()
}

/// A name as RFC 4514 writes it: the last part first.
fn distinguished_name(name: &[u8]) -> Option<String> {
    let sets: Vec<_> = der::values(name)
        .filter(|set| set.tag == SET)
        .map(|set| set.content)
        .collect();
    let mut text = String::new();
    for (index, set) in sets.iter().rev().enumerate() {
        for (at, attribute) in der::values(set).enumerate() {
            let (id, value) = der::expect(attribute.content, OID)?;
            let value = der::read(value)?;
            match (index, at) {
                (0, 0) => {}
                (_, 0) => text.push(','),
                _ => text.push('+'),
            }
            write_attribute(&mut text, id, &value);
        }
    }
    Some(text)
}

fn write_attribute(text: &mut String, id: &[u8], value: &der::Value<'_>) {
    const UTF8: u8 = 0x0c;
    const PRINTABLE: u8 = 0x13;
    const IA5: u8 = 0x16;
    let string = match value.tag {
        UTF8 | PRINTABLE | IA5 => std::str::from_utf8(value.content).ok(),
        _ => None,
    };
    match (type_name(id), string) {
        (Some(name), Some(string)) => {
            text.push_str(name);
            text.push('=');
            escape(text, string);
        }
        (name, _) => {
            // Section 2.4: what has no string is written as its bytes.
            match name {
                Some(name) => text.push_str(name),
                None => dotted(text, id),
            }
            text.push_str("=#");
            for byte in value.content {
                let _ = write!(text, "{byte:02x}");
            }
        }
    }
}

/// The names of RFC 4514, section 3.
fn type_name(id: &[u8]) -> Option<&'static str> {
    Some(match id {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 9] => "STREET",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1] => "UID",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25] => "DC",
        _ => return None,
    })
}

fn dotted(text: &mut String, id: &[u8]) {
    let mut number = 0_u64;
    let mut is_first = true;
    for byte in id {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        if is_first {
            let root = (number / 40).min(2);
            let _ = write!(text, "{root}.{}", number - root * 40);
            is_first = false;
        } else {
            let _ = write!(text, ".{number}");
        }
        number = 0;
    }
}

/// RFC 4514, section 2.4.
fn escape(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (at, character) in value.chars().enumerate() {
        match character {
            '\0' => text.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            ' ' if at == 0 || at == last => text.push_str("\\ "),
            '#' if at == 0 => text.push_str("\\#"),
            _ => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn certificate(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::default();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn a_client_is_its_distinguished_name() {
        let certificate = certificate(|params| {
            params.distinguished_name = rcgen::DistinguishedName::new();
            let name = &mut params.distinguished_name;
            name.push(DnType::CountryName, "DE");
            name.push(DnType::OrganizationName, "Acme, Inc.");
            name.push(DnType::CommonName, "#ada ");
        });
        let found = ClientCertificate::read(&certificate).unwrap();
        assert_eq!(found.subject, r"CN=\#ada\ ,O=Acme\, Inc.,C=DE");
        assert_eq!(found.issuer, found.subject);
    }

    #[test]
    fn a_client_is_its_uri_where_it_has_one() {
        let certificate = certificate(|params| {
            let uri = "spiffe://example.com/ada".try_into().unwrap();
            params.subject_alt_names = vec![
                SanType::DnsName("ada.example.com".try_into().unwrap()),
                SanType::URI(uri),
            ];
            params.distinguished_name = rcgen::DistinguishedName::new();
            let common = "Ada";
            params.distinguished_name.push(DnType::CommonName, common);
        });
        let found = ClientCertificate::read(&certificate).unwrap();
        assert_eq!(found.subject, "spiffe://example.com/ada");
        assert_eq!(found.issuer, "CN=Ada");
    }

    #[test]
    fn a_certificate_that_is_cut_off_says_nobody() {
        let certificate = certificate(|_| {});
        for end in 0..certificate.len() {
            assert_eq!(ClientCertificate::read(&certificate[..end]), None, "{end}");
        }
    }

    #[test]
    fn a_type_without_a_name_is_written_in_numbers() {
        let mut text = String::new();
        dotted(&mut text, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1]);
        assert_eq!(text, "1.2.840.113549.1.9.1");
    }
}
