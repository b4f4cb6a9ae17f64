//! The trained reader of text: linear in hashed features, one output for each label and for valence, arousal and
//! dominance; the seven emotions come from the labels by a second, small softmax.

use crate::features::{Feature, of_tokens, tokens};

/// Hash buckets.
pub const BUCKETS: usize = 1 << 17;
/// The labels of GoEmotions.
pub const LABELS: usize = 28;
/// joy, sadness, anger, fear, surprise, disgust, neutral.
pub const EMOTIONS: usize = 7;
const DIMENSIONS: usize = 3;
const OUTPUTS: usize = LABELS + DIMENSIONS;
const MAGIC: &[u8; 8] = b"EMTEXT01";
const FLOATS: usize =
    1 + 2 * OUTPUTS + LABELS + EMOTIONS * (LABELS + 1) + EMOTIONS + DIMENSIONS * (LABELS + 1) + DIMENSIONS;
const LENGTH: usize = MAGIC.len() + 4 * FLOATS + BUCKETS + BUCKETS * OUTPUTS + 4;

/// Bytes that are no model of this version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Another format or version.
    #[error("these {0} bytes are no text model of this version ({LENGTH} bytes that begin with EMTEXT01)")]
    Format(usize),
    /// The checksum differs.
    #[error("the text model is damaged: its checksum differs")]
    Damaged,
}

/// What a text says of the one who wrote it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Probability of each of the 28 labels, by itself.
    pub labels: [f32; LABELS],
    /// Probability of each of the seven emotions.
    pub emotions: [f32; EMOTIONS],
    /// Valence, arousal, dominance, each −1 to 1.
    pub vad: [f32; DIMENSIONS],
    /// Pieces of the text that spoke most for the likeliest emotion, as (start, end, share), largest share first.
    pub causes: Vec<(usize, usize, f32)>,
}

/// A trained model, read from its bytes; about 4 MiB.
#[derive(Clone, Debug)]
pub struct TextModel {
    idf_step: f32,
    scales: [f32; OUTPUTS],
    biases: [f32; OUTPUTS],
    thresholds: [f32; LABELS],
    /// Labels' scores to emotions, with a bias each.
    mixing: [[f32; LABELS + 1]; EMOTIONS],
    /// How common each emotion was in training.
    prior: [f32; EMOTIONS],
    leaning: [[f32; LABELS + 1]; DIMENSIONS],
    spread: [f32; DIMENSIONS],
    idf: Vec<u8>,
    weights: Vec<i8>,
}

impl TextModel {
    /// Reads a model; its layout is what `emomas train perception` writes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.len() != LENGTH || !bytes.starts_with(MAGIC) {
            return Err(ModelError::Format(bytes.len()));
        }
        let (body, check) = bytes.split_at(LENGTH - 4);
        if crc32fast::hash(body).to_le_bytes() != check {
            return Err(ModelError::Damaged);
        }
        let (floats, tables) = body[MAGIC.len()..].split_at(4 * FLOATS);
        let mut floats = floats.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let mut next = || floats.next().unwrap_or(0.0);
        let (idf, weights) = tables.split_at(BUCKETS);
        Ok(Self {
            idf_step: next(),
            scales: std::array::from_fn(|_| next()),
            biases: std::array::from_fn(|_| next()),
            thresholds: std::array::from_fn(|_| next()),
            mixing: std::array::from_fn(|_| std::array::from_fn(|_| next())),
            prior: std::array::from_fn(|_| next()),
            leaning: std::array::from_fn(|_| std::array::from_fn(|_| next())),
            spread: std::array::from_fn(|_| next()),
            idf: idf.to_vec(),
            weights: weights.iter().map(|byte| byte.cast_signed()).collect(),
        })
    }

    /// Probability from which on a label counts as present.
    pub fn thresholds(&self) -> &[f32; LABELS] {
        &self.thresholds
    }

    /// How common each emotion was in training.
    pub fn prior(&self) -> &[f32; EMOTIONS] {
        &self.prior
    }

    /// Standard deviation of valence, arousal and dominance around what is read.
    pub fn spread(&self) -> &[f32; DIMENSIONS] {
        &self.spread
    }

    /// Reads a text. One without a single token reads as the training's average.
    pub fn read(&self, text: &str) -> Reading {
        let tokens = tokens(text);
        let occurrences = of_tokens(&tokens);
        let weighted = self.weigh(&occurrences);
        let mut sums = [0.0; OUTPUTS];
        for (bucket, value) in &weighted {
            for (sum, weight) in sums.iter_mut().zip(self.row(*bucket)) {
                *sum += value * f32::from(*weight);
            }
        }
        let scores: [f32; OUTPUTS] = std::array::from_fn(|at| self.biases[at] + sums[at] * self.scales[at]);
        let labels: [f32; LABELS] = std::array::from_fn(|k| scores[k]);
        let emotions = softmax(std::array::from_fn(|e| affine(&self.mixing[e], &labels)));
        let vad = std::array::from_fn(|d| (scores[LABELS + d] + affine(&self.leaning[d], &labels)).clamp(-1.0, 1.0));
        let causes = self.causes(&tokens, &occurrences, &weighted, likeliest(&emotions));
        Reading { labels: labels.map(sigmoid), emotions, vad, causes }
    }

    fn row(&self, bucket: usize) -> &[i8] {
        &self.weights[bucket * OUTPUTS..(bucket + 1) * OUTPUTS]
    }

    /// Buckets with their weights: (1 + ln count) · idf, of length 1 together.
    fn weigh(&self, occurrences: &[Feature]) -> Vec<(usize, f32)> {
        let mut buckets: Vec<usize> = occurrences.iter().map(|feature| bucket(feature.hash)).collect();
        buckets.sort_unstable();
        let mut weighted: Vec<(usize, f32)> = Vec::with_capacity(buckets.len());
        for same in buckets.chunk_by(|a, b| a == b) {
            let idf = f32::from(self.idf[same[0]]) * self.idf_step;
            weighted.push((same[0], (1.0 + libm::logf(same.len() as f32)) * idf));
        }
        let length = libm::sqrtf(weighted.iter().map(|(_, value)| value * value).sum());
        if length > 0.0 {
            for (_, value) in &mut weighted {
                *value /= length;
            }
        }
        weighted
    }

    /// Which tokens spoke for emotion `e`, by the share of its evidence that their features carry.
    fn causes(
        &self,
        tokens: &[crate::features::Token],
        occurrences: &[Feature],
        weighted: &[(usize, f32)],
        e: usize,
    ) -> Vec<(usize, usize, f32)> {
        let mut for_token = vec![0.0f32; tokens.len()];
        for feature in occurrences {
            let bucket = bucket(feature.hash);
            let Ok(at) = weighted.binary_search_by_key(&bucket, |(bucket, _)| *bucket) else { continue };
            let speaks: f32 =
                (0..LABELS).map(|k| self.mixing[e][k] * self.scales[k] * f32::from(self.row(bucket)[k])).sum();
            for_token[feature.token as usize] += weighted[at].1 * speaks;
        }
        let all: f32 = for_token.iter().filter(|evidence| **evidence > 0.0).sum();
        let mut causes: Vec<_> = tokens
            .iter()
            .zip(for_token)
            .filter(|(_, evidence)| *evidence > 0.15 * all)
            .map(|(token, evidence)| (token.start, token.end, evidence / all))
            .collect();
        causes.sort_by(|a, b| b.2.total_cmp(&a.2));
        causes
    }
}

/// The bucket of a hash.
fn bucket(hash: u32) -> usize {
    ((hash >> 17 ^ hash) as usize) % BUCKETS
}

fn affine(row: &[f32; LABELS + 1], scores: &[f32; LABELS]) -> f32 {
    row[LABELS] + row.iter().zip(scores).map(|(weight, score)| weight * score).sum::<f32>()
}

fn likeliest(emotions: &[f32; EMOTIONS]) -> usize {
    (1..EMOTIONS).fold(0, |best, e| if emotions[e] > emotions[best] { e } else { best })
}

fn sigmoid(score: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-score))
}

fn softmax(scores: [f32; EMOTIONS]) -> [f32; EMOTIONS] {
    let top = scores.iter().fold(f32::MIN, |a, b| a.max(*b));
    let parts = scores.map(|score| libm::expf(score - top));
    let all: f32 = parts.iter().sum();
    parts.map(|part| part / all)
}
