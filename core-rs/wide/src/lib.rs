//! The same arithmetic on wider vectors.
//!
//! The core is portable Rust without unsafe code, compiled for the oldest CPU of its platform. Whatever is inlined into
//! [`Work::run`] is compiled a second time with AVX2, which halves the loops over emotions. Nothing is fused, so both
//! give the same bits.

/// Something to do; `run` must be `#[inline(always)]`, or it stays as it was compiled.
pub trait Work {
    /// What comes of it.
    type Output;
    /// Does it.
    fn run(self) -> Self::Output;
}

/// Does `work`, with AVX2 where the CPU has it.
#[inline]
pub fn widest<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the CPU has what the function is compiled for.
        return unsafe { with_avx2(work) };
    }
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<W: Work>(work: W) -> W::Output {
    work.run()
}
