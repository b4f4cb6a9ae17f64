//! The few statistics the table needs, all with 99 % intervals.

/// Two-sided 99 % quantile of the standard normal.
const Z: f64 = 2.575_829_303_548_900_4;

/// An estimate with its interval.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub(super) unit: &'static str,
    pub(super) value: f64,
    pub(super) lo: f64,
    pub(super) hi: f64,
}

impl Estimate {
    fn around(unit: &'static str, value: f64, error: f64) -> Self {
        Self { unit, value, lo: value - Z * error, hi: value + Z * error }
    }

    /// Where there is no difference.
    pub(super) fn origin(&self) -> f64 {
        if self.unit == "OR" { 1.0 } else { 0.0 }
    }

    /// The difference of two independent estimates.
    pub(super) fn minus(&self, other: &Self) -> Self {
        let half = (self.hi - self.lo).hypot(other.hi - other.lo) / 2.0;
        Self::around(self.unit, self.value - other.value, half / Z)
    }
}

/// Mean and variance of a sample (Welford's recurrence).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    pub(super) fn add(&mut self, x: f64) {
        self.n += 1.0;
        let off = x - self.mean;
        self.mean += off / self.n;
        self.squares += off * (x - self.mean);
    }

    fn variance(&self) -> f64 {
        self.squares / (self.n - 1.0)
    }

    /// Cohen's d of this sample over the other; large-sample error of Hedges and Olkin.
    pub(super) fn difference(&self, other: &Self) -> Estimate {
        let d = (self.mean - other.mean) / f64::midpoint(self.variance(), other.variance()).sqrt();
        let n = self.n + other.n;
        Estimate::around("d", d, (n / (self.n * other.n) + d * d / (2.0 * n)).sqrt())
    }
}

/// A proportion.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    yes: f64,
    n: f64,
}

impl Share {
    pub(super) fn count(&mut self, yes: bool) {
        self.n += 1.0;
        self.yes += f64::from(u8::from(yes));
    }

    fn p(&self) -> f64 {
        self.yes / self.n
    }

    fn variance(&self) -> f64 {
        self.p() * (1.0 - self.p()) / self.n
    }

    pub(super) fn percent(&self) -> Estimate {
        Estimate::around("%", 100.0 * self.p(), 100.0 * self.variance().sqrt())
    }

    /// Difference in percentage points.
    pub(super) fn points_above(&self, other: &Self) -> Estimate {
        let error = (self.variance() + other.variance()).sqrt();
        Estimate::around("pp", 100.0 * (self.p() - other.p()), 100.0 * error)
    }

    /// Odds ratio, each count raised by one half so that an empty one stays finite.
    pub(super) fn odds_against(&self, other: &Self) -> Estimate {
        let cells = [self.yes, self.n - self.yes, other.yes, other.n - other.yes].map(|c| c + 0.5);
        let log = (cells[0] / cells[1] / (cells[2] / cells[3])).ln();
        let error = cells.iter().map(|c| 1.0 / c).sum::<f64>().sqrt();
        Estimate { unit: "OR", value: log.exp(), lo: (log - Z * error).exp(), hi: (log + Z * error).exp() }
    }
}
