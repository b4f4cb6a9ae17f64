//! Ranges of what is sent and received, and the messages that show and say things.

use num_traits::FromPrimitive as _;

use crate::counters::Refused;
use crate::dialect::{
    EMOMAS_AFFECT_SETPOINT_DATA, EMOMAS_EVIDENCE_DATA, EMOMAS_OFFER_DISPLAY_DATA, EMOMAS_SPEECH_DATA, EmomasEmotion,
    EmomasForm, EmomasOffer, MavMessage,
};
use crate::session::Session;

/// Evidence older than this says little about now.
const STALE_MS: u16 = 2_000;
const CHUNK: usize = 200;

/// A value that can't be sent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{field} is {value}: give {range}")]
pub struct ValueError {
    /// Which field.
    pub field: &'static str,
    /// What it was.
    pub value: String,
    /// What it may be.
    pub range: String,
}

/// What to show.
#[derive(Clone, Copy, Debug)]
pub struct Affect {
    /// 0 (joy) to 6 (neutral).
    pub emotion: u8,
    /// Valence, arousal, dominance, each −1 to 1.
    pub vad: [f32; 3],
    /// 0 to 1.
    pub intensity: f32,
    /// Yaw and pitch in radians, −1.6 to 1.6.
    pub gaze: [f32; 2],
    /// −1 (leaning back) to 1.
    pub posture: f32,
    /// 0.5 to 2.
    pub tempo: f32,
    /// How long it holds, 1 to 10,000 ms.
    pub ttl_ms: u16,
}

impl Session {
    /// Shows `affect` until the next or until its time is over.
    pub fn show(&mut self, affect: &Affect, now_us: u64) -> Result<(), ValueError> {
        let emotion = emotion(affect.emotion)?;
        for (field, value, low, high) in [
            ("valence", affect.vad[0], -1.0, 1.0),
            ("arousal", affect.vad[1], -1.0, 1.0),
            ("dominance", affect.vad[2], -1.0, 1.0),
            ("intensity", affect.intensity, 0.0, 1.0),
            ("gaze_yaw", affect.gaze[0], -1.6, 1.6),
            ("gaze_pitch", affect.gaze[1], -1.6, 1.6),
            ("posture", affect.posture, -1.0, 1.0),
            ("tempo", affect.tempo, 0.5, 2.0),
        ] {
            if !(low..=high).contains(&value) {
                return Err(ValueError { field, value: value.to_string(), range: format!("{low} to {high}") });
            }
        }
        if !(1..=10_000).contains(&affect.ttl_ms) {
            let range = "1 to 10000 ms: a set-point always ends".to_string();
            return Err(ValueError { field: "ttl_ms", value: affect.ttl_ms.to_string(), range });
        }
        self.setpoint_seq = self.setpoint_seq.wrapping_add(1);
        let setpoint = EMOMAS_AFFECT_SETPOINT_DATA {
            valence: affect.vad[0],
            arousal: affect.vad[1],
            dominance: affect.vad[2],
            intensity: affect.intensity,
            gaze_yaw: affect.gaze[0],
            gaze_pitch: affect.gaze[1],
            posture: affect.posture,
            tempo: affect.tempo,
            seq: self.setpoint_seq,
            ttl_ms: affect.ttl_ms,
            emotion,
        };
        self.send(&MavMessage::EMOMAS_AFFECT_SETPOINT(setpoint), now_us);
        Ok(())
    }

    /// Speaks or shows `text`; returns its number.
    pub fn speak(&mut self, text: &str, emotion_shown: u8, now_us: u64) -> Result<u16, ValueError> {
        let emotion = emotion(emotion_shown)?;
        let room = self.device().map_or(0, |device| usize::from(device.text_bytes));
        if text.len() > room {
            let range = match room {
                0 => "no text: the device neither speaks nor shows any".to_string(),
                room => format!("at most {room} bytes, the device's buffer"),
            };
            return Err(ValueError { field: "text", value: format!("{} bytes long", text.len()), range });
        }
        self.speech_id = self.speech_id.wrapping_add(1);
        let speech_id = self.speech_id;
        let chunks = text.len().div_ceil(CHUNK).max(1);
        for chunk in 0..chunks {
            let part = &text.as_bytes()[chunk * CHUNK..text.len().min((chunk + 1) * CHUNK)];
            let mut bytes = [0; CHUNK];
            bytes[..part.len()].copy_from_slice(part);
            let speech = EMOMAS_SPEECH_DATA {
                speech_id,
                chunk: chunk as u8,
                end: u8::from(chunk + 1 == chunks),
                emotion,
                text_len: part.len() as u8,
                text: bytes,
            };
            self.send(&MavMessage::EMOMAS_SPEECH(speech), now_us);
        }
        Ok(speech_id)
    }

    /// Shows an offer: `kind` 0 clears, 1 proposed, 2 accepted, 3 refused.
    pub fn offer(&mut self, kind: u8, value: f64, unit: &str, label: &str, now_us: u64) -> Result<(), ValueError> {
        let Some(kind) = EmomasOffer::from_u8(kind) else {
            return Err(ValueError { field: "kind", value: kind.to_string(), range: "0 to 3".into() });
        };
        if !value.is_finite() {
            return Err(ValueError { field: "value", value: value.to_string(), range: "a finite number".into() });
        }
        let offer = EMOMAS_OFFER_DISPLAY_DATA { value, kind, unit: filled(unit).into(), label: filled(label).into() };
        self.send(&MavMessage::EMOMAS_OFFER_DISPLAY(offer), now_us);
        Ok(())
    }
}

fn emotion(number: u8) -> Result<EmomasEmotion, ValueError> {
    let error = || ValueError { field: "emotion", value: number.to_string(), range: "0 to 6".into() };
    EmomasEmotion::from_u8(number).ok_or_else(error)
}

/// As much of `text` as fits, in whole characters.
fn filled<const N: usize>(text: &str) -> [u8; N] {
    let end = (0..=text.len().min(N)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let mut bytes = [0; N];
    bytes[..end].copy_from_slice(&text.as_bytes()[..end]);
    bytes
}

/// The text of a zero-terminated field.
pub fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// Whether evidence can be used.
pub(crate) fn evidence(evidence: &EMOMAS_EVIDENCE_DATA) -> Result<(), Refused> {
    if evidence.age_ms > STALE_MS {
        return Err(Refused::Stale);
    }
    let used = match evidence.form {
        EmomasForm::EMOMAS_FORM_LIKELIHOOD => &evidence.values[..7],
        EmomasForm::EMOMAS_FORM_GAUSSIAN => &evidence.values[..],
    };
    let means = match evidence.form {
        EmomasForm::EMOMAS_FORM_LIKELIHOOD => &[][..],
        EmomasForm::EMOMAS_FORM_GAUSSIAN => &evidence.values[..3],
    };
    let finite = used.iter().all(|value| value.is_finite());
    let inside = means.iter().all(|mean| (-1.0..=1.0).contains(mean)) && (0.0..=1.0).contains(&evidence.quality);
    if finite && inside { Ok(()) } else { Err(Refused::Range) }
}
