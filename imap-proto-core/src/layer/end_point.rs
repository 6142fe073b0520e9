//! The channel binding `tls-server-end-point` (RFC 5929 §4).
//!
//! It is a hash of the server's certificate, by the hash of the signature upon it; so of the
//! certificate's DER only the algorithm of that signature is read here (RFC 5280 §4.1).

use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

const SEQUENCE: u8 = 0x30;
const OBJECT_IDENTIFIER: u8 = 0x06;

#[derive(Clone, Copy)]
enum Hash {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// Signature algorithms of certificates (RFC 3279, RFC 4055, RFC 5758) in DER, with the hash to
/// take: SHA-256 for those of MD5 and SHA-1.
const SIGNATURES: [(&[u8], Hash); 15] = [
    // PKCS #1: MD5, SHA-1, SHA-256, SHA-384, SHA-512, SHA-224.
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04", Hash::Sha256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", Hash::Sha256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", Hash::Sha256),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", Hash::Sha384),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", Hash::Sha512),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e", Hash::Sha224),
    // ECDSA: SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
    (b"\x2a\x86\x48\xce\x3d\x04\x01", Hash::Sha256),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x01", Hash::Sha224),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x02", Hash::Sha256),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x03", Hash::Sha384),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x04", Hash::Sha512),
    // Hashes, as RSASSA-PSS names them in its parameters: SHA-224, SHA-256, SHA-384, SHA-512.
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x04", Hash::Sha224),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x01", Hash::Sha256),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x02", Hash::Sha384),
    (b"\x60\x86\x48\x01\x65\x03\x04\x02\x03", Hash::Sha512),
];
/// RSASSA-PSS (RFC 4055 §3.1).
const PSS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
/// The tag of its parameter `hashAlgorithm`, SHA-1 where it is absent.
const PSS_HASH: u8 = 0xa0;

/// The binding of a certificate in DER; none when its signature has no single hash.
pub(super) fn tls_server_end_point(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(match hash(certificate)? {
        Hash::Sha224 => Sha224::digest(certificate).to_vec(),
        Hash::Sha256 => Sha256::digest(certificate).to_vec(),
        Hash::Sha384 => Sha384::digest(certificate).to_vec(),
        Hash::Sha512 => Sha512::digest(certificate).to_vec(),
    })
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }`, where
/// `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters OPTIONAL }`.
fn hash(certificate: &[u8]) -> Option<Hash> {
    let (certificate, _) = element(certificate, SEQUENCE)?;
    let (_, rest) = element(certificate, SEQUENCE)?;
    let (algorithm, _) = element(rest, SEQUENCE)?;
    let (identifier, parameters) = element(algorithm, OBJECT_IDENTIFIER)?;
    if identifier != PSS {
        return known(identifier);
    }
    let (parameters, _) = element(parameters, SEQUENCE)?;
    let Some((hash, _)) = element(parameters, PSS_HASH) else {
        return Some(Hash::Sha256);
    };
    let (hash, _) = element(hash, SEQUENCE)?;
    let (identifier, _) = element(hash, OBJECT_IDENTIFIER)?;
    known(identifier)
}

fn known(identifier: &[u8]) -> Option<Hash> {
    let (_, hash) = SIGNATURES.iter().find(|(known, _)| *known == identifier)?;
    Some(*hash)
}

/// The content of the first element, which must have this tag, and what stands behind it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    let short = usize::from(length & 0x7f);
    if length < 0x80 {
        return rest.split_at_checked(short);
    }
    // The length itself, in so many octets; a certificate is far below 4 GiB.
    let (octets, rest) = rest.split_at_checked(short)?;
    if octets.is_empty() || octets.len() > 4 {
        return None;
    }
    let length = octets
        .iter()
        .fold(0_u64, |length, octet| length << 8 | u64::from(*octet));
    rest.split_at_checked(usize::try_from(length).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Certificates made by openssl; their hashes by Python's `hashlib`.
    fn binding(certificate: &[u8]) -> Option<String> {
        let binding = tls_server_end_point(certificate)?;
        let digits = binding.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits
            .map(|digit| char::from_digit(u32::from(digit), 16))
            .collect()
    }

    #[test]
    fn the_hash_of_the_signature_is_taken() {
        for (certificate, expected) in [
            (
                include_bytes!("end_point/ec256.der").as_slice(),
                "439765d02732ae573ece120392e6af076806fab48475e022130d23a067993326",
            ),
            (
                include_bytes!("end_point/ec384.der"),
                "3e7e67a7c14dc2b88d947de10a28b655c664075764451ef4ce63a405712f4de1\
                 78dca5fb59f621348056b80f1deca0df",
            ),
            (
                include_bytes!("end_point/rsa512.der"),
                "a725efc16df0783259d6b85f148be05854ea908e4cb8eebfd7acf32d9f685f15\
                 32b3f14d8872783665afc2105680ec4776a566192acedf6d35120c675eb0f416",
            ),
            (
                include_bytes!("end_point/pss384.der"),
                "32db5445154144a6d17b2a374e79e767b0d7b3228ec30226f9b22a9a978c84d9\
                 d5e11eff7883c4d2fbb9904efa5be099",
            ),
        ] {
            assert_eq!(binding(certificate).as_deref(), Some(expected));
        }
    }

    /// RFC 5929 §4.1.
    #[test]
    fn sha_256_stands_for_sha_1() {
        let ecdsa = include_bytes!("end_point/ecsha1.der");
        let expected = "67afaa279545b6bd1192154b9da96782ce187809c3aae9bc18a2ae5eecc8376d";
        assert_eq!(binding(ecdsa).as_deref(), Some(expected));
        let pss = include_bytes!("end_point/pss1.der");
        let expected = "ce41e151e8f84e0e34fbef3477ae740d660e6954be8f0c0b14340fcfbea191e4";
        assert_eq!(binding(pss).as_deref(), Some(expected));
    }

    #[test]
    fn a_signature_without_a_hash_has_no_binding() {
        assert_eq!(binding(include_bytes!("end_point/ed.der")), None);
    }

    #[test]
    fn what_is_cut_or_bent_does_no_harm() {
        let certificate = include_bytes!("end_point/pss384.der");
        for end in 0..certificate.len() {
            assert_eq!(binding(&certificate[..end]), None);
        }
        for at in 0..certificate.len() {
            for value in [0, 0x7f, 0x80, 0x84, 0x85, 0xff] {
                let mut bent = certificate.to_vec();
                bent[at] = value;
                let _ = binding(&bent);
            }
        }
    }
}
