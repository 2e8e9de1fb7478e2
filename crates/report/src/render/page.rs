//! Pages that are filled from top to bottom: a cursor that goes on to a new page when there is no room left.

use sohoa_pdf::{Drawing, Fonts, Grey, Typeface};

/// Points a millimetre.
pub(super) const MM: f32 = 72.0 / 25.4;
pub(super) const BLACK: Grey = 0.0;
pub(super) const GREY: Grey = 0.35;
/// Height of a line over its size.
pub(super) const LEADING: f32 = 1.25;
/// Margins of an administrative paper (Nghị định 30/2020): top, right, bottom, left.
const MARGINS: [f32; 4] = [20.0 * MM, 15.0 * MM, 20.0 * MM, 30.0 * MM];
const A4: (f32, f32) = (210.0 * MM, 297.0 * MM);

/// Pages in the making.
pub(super) struct Flow<'a> {
    pub(super) fonts: &'a Fonts,
    size: (f32, f32),
    done: Vec<Drawing>,
    page: Drawing,
    /// The cursor.
    pub(super) y: f32,
}

impl<'a> Flow<'a> {
    pub(super) fn new(fonts: &'a Fonts, landscape: bool) -> Self {
        let size = if landscape { (A4.1, A4.0) } else { A4 };
        Self { fonts, size, done: Vec::new(), page: Drawing::new(size.0, size.1), y: MARGINS[0] }
    }

    /// Left edge of what is printed.
    pub(super) fn left(&self) -> f32 {
        MARGINS[3]
    }

    /// How wide what is printed may be.
    pub(super) fn width(&self) -> f32 {
        self.size.0 - MARGINS[1] - MARGINS[3]
    }

    /// How high a page is within its margins.
    pub(super) fn height(&self) -> f32 {
        self.size.1 - MARGINS[0] - MARGINS[2]
    }

    /// Whether so much is left of this page.
    pub(super) fn has_room(&self, height: f32) -> bool {
        self.y + height <= self.size.1 - MARGINS[2]
    }

    /// Goes on to a new page.
    pub(super) fn turn(&mut self) {
        let page = std::mem::replace(&mut self.page, Drawing::new(self.size.0, self.size.1));
        self.done.push(page);
        self.y = MARGINS[0];
    }

    /// Goes on to a new page unless so much is left of this one.
    pub(super) fn need(&mut self, height: f32) {
        if !self.has_room(height) && self.y > MARGINS[0] {
            self.turn();
        }
    }

    /// The page to draw on.
    pub(super) fn page(&mut self) -> &mut Drawing {
        &mut self.page
    }

    /// A line of text whose top is `y`, as far from the left edge `x` as `shift` says of the room that is left of `width`: 0 left, 0.5
    /// centred, 1 right.
    pub(super) fn put(&mut self, [x, y]: [f32; 2], (width, shift): (f32, f32), ink: Ink, text: &str) {
        let free = width - self.fonts.width(ink.face, ink.size, text);
        self.page.text(x + free * shift, y + ink.size, ink.size, ink.face, ink.grey, text);
    }

    /// Lines that fit into a width, below each other from the cursor on.
    pub(super) fn lines(&mut self, shift: f32, ink: Ink, text: &str) {
        let (left, width, fonts) = (self.left(), self.width(), self.fonts);
        for line in super::measure::wrap(text, width, &|s| fonts.width(ink.face, ink.size, s)) {
            self.need(ink.line());
            self.put([left, self.y], (width, shift), ink, &line);
            self.y += ink.line();
        }
    }

    /// The pages, each with its number and this text at its foot.
    pub(super) fn finish(mut self, foot: &str) -> Vec<Drawing> {
        let of = self.done.len() + 1;
        let (left, width, fonts) = (self.left(), self.width(), self.fonts);
        let ink = Ink { face: Typeface::Serif, size: 9.0, grey: GREY };
        let y = self.size.1 - MARGINS[2] + 8.0 * MM;
        self.done.push(self.page);
        for (i, page) in self.done.iter_mut().enumerate() {
            let number = format!("Trang {}/{of}", i + 1);
            let x = left + width - fonts.width(ink.face, ink.size, &number);
            page.line(&[(left, y - 4.0), (left + width, y - 4.0)], 0.4, 0.6);
            page.text(x, y + ink.size, ink.size, ink.face, ink.grey, &number);
            page.text(left, y + ink.size, ink.size, ink.face, ink.grey, foot);
        }
        self.done
    }
}

/// How text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub(super) face: Typeface,
    pub(super) size: f32,
    pub(super) grey: Grey,
}

impl Ink {
    pub(super) const fn new(face: Typeface, size: f32) -> Self {
        Self { face, size, grey: BLACK }
    }

    /// Height of a line.
    pub(super) fn line(self) -> f32 {
        self.size * LEADING
    }
}
