//! Boxes and affine maps of PDF user space.

use lopdf::{Document, Object};

/// `[a b c d e f]` of ISO 32000-1, 8.3.4: a point is a row vector, `x' = a·x + c·y + e`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Matrix(pub [f64; 6]);

impl Matrix {
    pub(crate) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// First `self`, then `next`.
    pub(crate) fn then(self, next: Self) -> Self {
        let ([a, b, c, d, e, f], [a2, b2, c2, d2, e2, f2]) = (self.0, next.0);
        Self([
            a * a2 + b * c2,
            a * b2 + b * d2,
            c * a2 + d * c2,
            c * b2 + d * d2,
            e * a2 + f * c2 + e2,
            e * b2 + f * d2 + f2,
        ])
    }

    pub(crate) fn apply(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// Maps a direction: [`Matrix::apply`] without the shift.
    pub(crate) fn direction(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, ..] = self.0;
        (a * x + c * y, b * x + d * y)
    }

    /// The smallest box around the image of `r`.
    pub(crate) fn bounds(self, r: Box2) -> Box2 {
        let corners = [(r.x0, r.y0), (r.x1, r.y0), (r.x1, r.y1), (r.x0, r.y1)].map(|(x, y)| self.apply(x, y));
        Box2::around(&corners)
    }

    pub(crate) fn determinant(self) -> f64 {
        let [a, b, c, d, ..] = self.0;
        a * d - b * c
    }

    /// Six numbers of an array, or `None`.
    pub(crate) fn read(doc: &Document, object: &Object) -> Option<Self> {
        Some(Self(numbers(doc, object)?.try_into().ok()?))
    }

    pub(crate) fn to_object(self) -> Object {
        Object::Array(self.0.iter().map(|v| real(*v)).collect())
    }
}

/// A rectangle with `x0 ≤ x1` and `y0 ≤ y1`, in user space units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Box2 {
    pub x0: f64,
    pub y0: f64,
    pub x1: f64,
    pub y1: f64,
}

impl Box2 {
    pub(crate) const UNIT: Self = Self { x0: 0.0, y0: 0.0, x1: 1.0, y1: 1.0 };

    pub(crate) fn around(points: &[(f64, f64)]) -> Self {
        let mut out = Self { x0: f64::INFINITY, y0: f64::INFINITY, x1: f64::NEG_INFINITY, y1: f64::NEG_INFINITY };
        for &(x, y) in points {
            out = Self { x0: out.x0.min(x), y0: out.y0.min(y), x1: out.x1.max(x), y1: out.y1.max(y) };
        }
        out
    }

    pub(crate) fn width(self) -> f64 {
        (self.x1 - self.x0).max(0.0)
    }

    pub(crate) fn height(self) -> f64 {
        (self.y1 - self.y0).max(0.0)
    }

    pub(crate) fn area(self) -> f64 {
        self.width() * self.height()
    }

    /// What both cover, of area 0 when they do not meet.
    pub(crate) fn intersection(self, o: Self) -> Self {
        let (x0, y0) = (self.x0.max(o.x0), self.y0.max(o.y0));
        Self { x0, y0, x1: self.x1.min(o.x1).max(x0), y1: self.y1.min(o.y1).max(y0) }
    }

    /// Whether `inner` lies within, up to `slack` units on every side.
    pub(crate) fn contains(self, inner: Self, slack: f64) -> bool {
        inner.x0 >= self.x0 - slack
            && inner.y0 >= self.y0 - slack
            && inner.x1 <= self.x1 + slack
            && inner.y1 <= self.y1 + slack
    }

    /// A rectangle array (ISO 32000-1, 7.9.5): any two opposite corners.
    pub(crate) fn read(doc: &Document, object: &Object) -> Option<Self> {
        let [x0, y0, x1, y1]: [f64; 4] = numbers(doc, object)?.try_into().ok()?;
        Some(Self::around(&[(x0, y0), (x1, y1)]))
    }

    pub(crate) fn to_object(self) -> Object {
        Object::Array([self.x0, self.y0, self.x1, self.y1].iter().map(|v| real(*v)).collect())
    }
}

/// A number that is written without a needless fraction.
pub(crate) fn real(v: f64) -> Object {
    if v.fract() == 0.0 && v.abs() < 1e9 { Object::Integer(v as i64) } else { Object::Real(v as f32) }
}

pub(crate) fn number(object: &Object) -> Option<f64> {
    match object {
        Object::Integer(i) => Some(*i as f64),
        Object::Real(r) => r.is_finite().then_some(f64::from(*r)),
        _ => None,
    }
}

fn numbers(doc: &Document, object: &Object) -> Option<Vec<f64>> {
    let array = doc.dereference(object).ok()?.1.as_array().ok()?;
    array.iter().map(|v| number(doc.dereference(v).ok()?.1)).collect()
}
