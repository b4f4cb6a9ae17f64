//! MAVLink 2 frames: cut out of a stream of bytes, and made.

use crc::{CRC_16_MCRF4XX, Crc, Table};
use mavlink_core::{MavlinkVersion, Message};

use crate::dialect::MavMessage;

const MAGIC: u8 = 0xFD;
const HEADER: usize = 10;
const CHECKSUM: usize = 2;
const SIGNATURE: usize = 13;
const SIGNED: u8 = 1;
/// Longest frame in bytes.
const LONGEST: usize = HEADER + 255 + CHECKSUM + SIGNATURE;
/// A frame whose bytes stop coming for so long is given up, so that a damaged length holds nothing back.
const GAP_US: u64 = 50_000;

/// Where a frame comes from: system, component.
pub type Sender = (u8, u8);

/// One whole frame with a right checksum.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Frame {
    /// `message` as number `seq` from `sender`, without a signature; `signed` leaves room for one.
    pub fn new(message: &MavMessage, seq: u8, sender: Sender, signed: bool) -> Self {
        let mut bytes = [0; LONGEST];
        let payload = message.ser(MavlinkVersion::V2, &mut bytes[HEADER..HEADER + 255]);
        let [id0, id1, id2, _] = message.message_id().to_le_bytes();
        let flags = if signed { SIGNED } else { 0 };
        bytes[..HEADER].copy_from_slice(&[MAGIC, payload as u8, flags, 0, seq, sender.0, sender.1, id0, id1, id2]);
        let body = HEADER + payload;
        let crc = checksum(&bytes[1..body], MavMessage::extra_crc(message.message_id()));
        bytes[body..body + CHECKSUM].copy_from_slice(&crc.to_le_bytes());
        Self { bytes, len: body + CHECKSUM + if signed { SIGNATURE } else { 0 } }
    }

    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    fn payload_len(&self) -> usize {
        usize::from(self.bytes[1])
    }

    /// Number of the frame, which wraps.
    pub fn seq(&self) -> u8 {
        self.bytes[4]
    }

    /// Who sent it.
    pub fn sender(&self) -> Sender {
        (self.bytes[5], self.bytes[6])
    }

    /// Number of its message.
    pub fn id(&self) -> u32 {
        id(&self.bytes)
    }

    /// Its message; none if an enumerated field holds an unknown number.
    pub fn message(&self) -> Option<MavMessage> {
        MavMessage::parse(MavlinkVersion::V2, self.id(), &self.bytes[HEADER..HEADER + self.payload_len()]).ok()
    }

    /// Whether it carries a signature.
    pub fn signed(&self) -> bool {
        self.bytes[2] & SIGNED != 0
    }

    /// Bytes under the signature, and the signature: link id, six bytes of time, six of the digest.
    pub(crate) fn split_signature(&self) -> Option<(&[u8], &[u8])> {
        self.signed().then(|| self.bytes().split_at(self.len - SIGNATURE))
    }

    pub(crate) fn split_signature_mut(&mut self) -> (&[u8], &mut [u8]) {
        let (body, signature) = self.bytes[..self.len].split_at_mut(self.len - SIGNATURE);
        (body, signature)
    }
}

/// Sixteen bytes at a time: one at a time would be a third of the cost of a frame.
static CRC: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_MCRF4XX);

fn checksum(bytes: &[u8], extra: u8) -> u16 {
    let mut digest = CRC.digest();
    digest.update(bytes);
    digest.update(&[extra]);
    digest.finalize()
}

fn id(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[7], bytes[8], bytes[9], 0])
}

/// Cuts frames out of bytes as they come.
#[derive(Clone, Debug, Default)]
pub struct Cutter {
    bytes: Vec<u8>,
    heard_us: u64,
    /// Frames that were given up: wrong checksum, length or flags.
    pub damaged: u64,
    /// Bytes outside of whole frames.
    pub noise_bytes: u64,
}

impl Cutter {
    /// Takes what came in at `now_us`, and hands each whole frame to `take`.
    pub fn feed(&mut self, bytes: &[u8], now_us: u64, mut take: impl FnMut(Frame)) {
        if !self.bytes.is_empty() && now_us.saturating_sub(self.heard_us) > GAP_US {
            self.give_up();
            self.cut(&mut take);
        }
        if !bytes.is_empty() {
            self.heard_us = now_us;
            self.bytes.extend_from_slice(bytes);
            self.cut(&mut take);
        }
    }

    /// Forgets what is half received.
    pub fn forget(&mut self) {
        self.bytes.clear();
    }

    fn give_up(&mut self) {
        self.damaged += 1;
        self.noise_bytes += 1;
        self.bytes.drain(..1);
    }

    fn cut(&mut self, take: &mut impl FnMut(Frame)) {
        let mut at = 0;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if rest[0] != MAGIC {
                self.noise_bytes += 1;
                at += 1;
                continue;
            }
            match whole(rest) {
                Whole::Yes(frame) => {
                    at += frame.len;
                    take(*frame);
                }
                Whole::NotYet => break,
                Whole::Never => {
                    self.damaged += 1;
                    self.noise_bytes += 1;
                    at += 1;
                }
            }
        }
        self.bytes.drain(..at);
    }
}

enum Whole {
    Yes(Box<Frame>),
    NotYet,
    Never,
}

/// Whether `bytes`, which begin with the magic byte, begin with a frame.
fn whole(bytes: &[u8]) -> Whole {
    if bytes.len() >= 3 && bytes[2] & !SIGNED != 0 {
        return Whole::Never;
    }
    if bytes.len() < HEADER {
        return Whole::NotYet;
    }
    let extra = MavMessage::extra_crc(id(bytes));
    let body = HEADER + usize::from(bytes[1]);
    let len = body + CHECKSUM + if bytes[2] & SIGNED == 0 { 0 } else { SIGNATURE };
    if bytes.len() < len {
        return Whole::NotYet;
    }
    if checksum(&bytes[1..body], extra).to_le_bytes() != bytes[body..body + CHECKSUM] {
        return Whole::Never;
    }
    let mut frame = Frame { bytes: [0; LONGEST], len };
    frame.bytes[..len].copy_from_slice(&bytes[..len]);
    Whole::Yes(Box::new(frame))
}
