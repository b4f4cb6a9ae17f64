//! MAVLink 2 message signing over SHA-256, with the time passed in.

use sha2::{Digest, Sha256};

use crate::frame::Frame;

/// A secret that host and device share.
pub type Key = [u8; 32];

/// 2015-01-01 00:00 UTC, where the time in signatures starts, in µs since 1970.
const EPOCH_US: u64 = 1_420_070_400_000_000;
const TICK_US: u64 = 10;
const LINK_ID: u8 = 0;

/// Signs a host's frames, each later than the one before.
#[derive(Clone, Debug, Default)]
pub struct Signer {
    last: u64,
}

impl Signer {
    /// The peer has signed at `time`: what is signed next is later, even if our clock is behind.
    pub fn follow(&mut self, time: u64) {
        self.last = self.last.max(time);
    }

    /// Signs `frame`, made with room for it, at `unix_us`.
    pub fn sign(&mut self, frame: &mut Frame, key: &Key, unix_us: u64) {
        self.last = signing_time(unix_us).max(self.last + 1);
        let (body, signature) = frame.split_signature_mut();
        signature[0] = LINK_ID;
        signature[1..7].copy_from_slice(&self.last.to_le_bytes()[..6]);
        let digest = digest(key, body, &signature[..7]);
        signature[7..].copy_from_slice(&digest);
    }
}

/// `unix_us` as signatures have it.
pub(crate) fn signing_time(unix_us: u64) -> u64 {
    unix_us.saturating_sub(EPOCH_US) / TICK_US
}

/// When `frame` was signed, in units of 10 µs since 2015, if `key` signed it.
pub fn signed_at(frame: &Frame, key: &Key) -> Option<u64> {
    let (body, signature) = frame.split_signature()?;
    let right = digest(key, body, &signature[..7]);
    // All six bytes are always compared, so that the time taken tells nothing.
    let differ = right.iter().zip(&signature[7..]).fold(0, |differ, (a, b)| differ | (a ^ b));
    let mut time = [0; 8];
    time[..6].copy_from_slice(&signature[1..7]);
    (differ == 0).then(|| u64::from_le_bytes(time))
}

fn digest(key: &Key, body: &[u8], start: &[u8]) -> [u8; 6] {
    let digest = Sha256::new().chain_update(key).chain_update(body).chain_update(start).finalize();
    [digest[0], digest[1], digest[2], digest[3], digest[4], digest[5]]
}
