//! The angle of text lines by their projection profile: lower edges of letters, summed along lines of a trial angle,
//! pile up highest when the angle is theirs.

/// Largest angle that is tried, degrees.
const RANGE: f32 = 10.0;
/// Steps of the first and the second round, degrees. In the first only every fourth point is used.
const STEPS: (f32, f32) = (0.25, 0.05);
const THINNED: usize = 4;

/// What the profile says about one way lines may run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skew {
    /// Clockwise, degrees.
    pub(super) degrees: f32,
    /// How much higher the points pile up than if they were spread evenly over the frame; 1 is no structure at all.
    pub(super) peak: f32,
    /// The same at the median of all angles that were tried.
    pub(super) usual: f32,
}

/// Measures the angle. `points` are (along, across) a frame that is `across` px high.
pub(super) fn measure(points: &[(u32, u32)], along: usize, across: usize) -> Skew {
    let thinned: Vec<(u32, u32)> = points.iter().copied().step_by(THINNED).collect();
    let mut profile = Profile { bins: Vec::new(), offset: along as f32 * 0.2, across, middle: along as f32 / 2.0 };
    let steps = (RANGE / STEPS.0) as i32;
    let coarse: Vec<(f32, f32)> =
        (-steps..=steps).map(|i| i as f32 * STEPS.0).map(|a| (a, profile.height(&thinned, a))).collect();
    let mut heights: Vec<f32> = coarse.iter().map(|c| c.1).collect();
    heights.sort_by(f32::total_cmp);
    let usual = heights[heights.len() / 2];
    let best = |tried: &[(f32, f32)]| tried.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default();
    let near = best(&coarse).0;
    let fine: Vec<(f32, f32)> =
        (-6..=6).map(|i| near + i as f32 * STEPS.1).map(|a| (a, profile.height(points, a))).collect();
    let (degrees, peak) = best(&fine);
    let at = fine.iter().position(|f| f.0 == degrees).unwrap_or_default();
    let shift = match fine.get(at.wrapping_sub(1)..at + 2) {
        // The top of the parabola through the three highest.
        Some(&[(_, a), (_, b), (_, c)]) if a + c < 2.0 * b => 0.5 * (a - c) / (a - 2.0 * b + c),
        _ => 0.0,
    };
    Skew { degrees: degrees + shift * STEPS.1, peak, usual }
}

struct Profile {
    bins: Vec<f32>,
    /// Room before the first row for points that an angle moves up.
    offset: f32,
    across: usize,
    middle: f32,
}

impl Profile {
    /// Mean square of the profile over the square of its mean.
    fn height(&mut self, points: &[(u32, u32)], degrees: f32) -> f32 {
        let slope = degrees.to_radians().tan();
        self.bins.clear();
        self.bins.resize(self.across + 2 * self.offset as usize + 2, 0.0);
        for &(u, v) in points {
            // A point counts for the two rows it lies between, so that the profile changes evenly with the angle.
            let at = v as f32 - (u as f32 - self.middle) * slope + self.offset;
            let row = at as usize;
            let part = at - row as f32;
            if let Some([a, b]) = self.bins.get_mut(row..row + 2) {
                *a += 1.0 - part;
                *b += part;
            }
        }
        let squares: f32 = self.bins.iter().map(|b| b * b).sum();
        let n = points.len().max(1) as f32;
        squares * self.across as f32 / (n * n)
    }
}
