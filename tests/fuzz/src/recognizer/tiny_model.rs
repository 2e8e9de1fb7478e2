//! Writes `.traineddata` files of a few kB that hold all that the loader reads, with weights drawn from a seed.

/// Characters of the tiny models. The first three are what every unicharset begins with: space, joined, broken.
const CHARACTERS: [&str; 14] =
    ["NULL", "Joined", "|Broken|0|1", "a", "b", "ê", "ế", "Đ", "1", ".", "fi", "-", "o", "ư"];
/// Labels: one a character without the two special ones, and the one for no character.
const LABELS: i32 = CHARACTERS.len() as i32 - 1;
const NULL: i32 = LABELS - 1;
/// By their numbers in the list above.
const WORDS: [&[u64]; 4] = [&[3, 4], &[3, 4, 5], &[12, 13], &[5]];

/// What a tiny model looks like.
#[derive(Debug, Clone, Copy)]
pub struct TinyModel {
    /// Draws its weights.
    pub seed: u32,
    /// Rows of its images.
    pub height: i32,
    /// Outputs of the convolution.
    pub channels: i32,
    /// Side of the squares that are pooled.
    pub pool: i32,
    /// Cells of each LSTM.
    pub cells: i32,
}

impl TinyModel {
    /// The file.
    pub fn bytes(self) -> Vec<u8> {
        let mut writer = Writer { out: Vec::new(), random: self.seed | 1 };
        writer.network(self);
        let network = writer.out;
        let parts = [
            (17, network),
            (18, dawg(&[&[9]])),
            (19, dawg(&WORDS)),
            (20, dawg(&[&[8]])),
            (21, unicharset()),
            (22, recoder()),
            (23, b"tiny".to_vec()),
        ];
        let mut out = 24i32.to_le_bytes().to_vec();
        let mut offsets = [-1i64; 24];
        let mut at = 4 + 8 * 24;
        for (place, bytes) in &parts {
            offsets[*place] = at;
            at += bytes.len() as i64;
        }
        out.extend(offsets.iter().flat_map(|o| o.to_le_bytes()));
        out.extend(parts.into_iter().flat_map(|(_, bytes)| bytes));
        out
    }
}

struct Writer {
    out: Vec<u8>,
    random: u32,
}

impl Writer {
    fn i32(&mut self, value: i32) {
        self.out.extend(value.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.i32(text.len() as i32);
        self.out.extend(text.bytes());
    }

    fn head(&mut self, kind: &str, inputs: i32, outputs: i32) {
        self.out.push(0);
        self.text(kind);
        self.out.extend([0, 0]);
        for value in [0, inputs, outputs, 0] {
            self.i32(value);
        }
        self.text(kind);
    }

    /// A layer around `count` others.
    fn around(&mut self, kind: &str, count: i32) {
        self.head(kind, 1, 1);
        self.i32(count);
    }

    fn matrix(&mut self, rows: i32, columns: i32) {
        self.out.push(128 | 1);
        self.i32(rows);
        self.i32(columns + 1);
        self.out.push(0);
        for _ in 0..rows * (columns + 1) {
            self.random = self.random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            self.out.push((self.random >> 24).max(1).wrapping_sub(128) as u8);
        }
        self.i32(rows);
        (0..rows).for_each(|_| self.out.extend(0.03f64.to_le_bytes()));
    }

    fn lstm(&mut self, kind: &str, inputs: i32, cells: i32) {
        self.head(kind, inputs, cells);
        self.i32(inputs + cells);
        (0..4).for_each(|_| self.matrix(cells, inputs + cells));
    }

    fn network(&mut self, model: TinyModel) {
        let TinyModel { height, channels, pool, cells, .. } = model;
        self.around("Series", 7);
        self.head("Input", 1, 1);
        [1, height, 0, 1, 0].into_iter().for_each(|v| self.i32(v));
        self.around("Series", 2);
        self.head("Convolve", 1, 9);
        [1, 1].into_iter().for_each(|v| self.i32(v));
        self.head("Tanh", 9, channels);
        self.matrix(channels, 9);
        self.head("Maxpool", channels, channels);
        [pool, pool].into_iter().for_each(|v| self.i32(v));
        self.around("XYTranspose", 1);
        self.lstm("SummLSTM", channels, cells);
        self.lstm("LSTM", cells, cells);
        self.around("RTLReversed", 1);
        self.lstm("LSTM", cells, cells);
        self.head("Softmax", cells, LABELS);
        self.matrix(LABELS, cells);
        self.text("[1,H,0,1 Ct3,3,n Mpn,n Lfysn Lfxn Lrxn O1cn]");
        [0, 1, 2, NULL].into_iter().for_each(|v| self.i32(v));
        (0..3).for_each(|_| self.out.extend(0f32.to_le_bytes()));
    }
}

fn unicharset() -> Vec<u8> {
    let lines = CHARACTERS.iter().map(|c| format!("{c} 0 Common 0\n"));
    std::iter::once(format!("{}\n", CHARACTERS.len())).chain(lines).collect::<String>().into_bytes()
}

fn recoder() -> Vec<u8> {
    let mut out = (CHARACTERS.len() as i32).to_le_bytes().to_vec();
    for i in 0..CHARACTERS.len() as i32 {
        let label = match i {
            0 => 0,
            1 | 2 => NULL,
            _ => i - 2,
        };
        out.push(1);
        out.extend(1i32.to_le_bytes());
        out.extend(label.to_le_bytes());
    }
    out
}

/// A graph of words, each node's edges side by side, root first. Words need not share their endings.
fn dawg(words: &[&[u64]]) -> Vec<u8> {
    let letter_bits = (CHARACTERS.len() as u32 + 1).next_power_of_two().trailing_zeros();
    let mut edges: Vec<u64> = Vec::new();
    // Where an edge's target is still to be written, and the rests of words from there.
    let mut todo: Vec<(Option<usize>, Vec<&[u64]>)> = vec![(None, words.to_vec())];
    while let Some((from, rests)) = todo.pop() {
        if let Some(from) = from {
            edges[from] |= (edges.len() as u64) << (letter_bits + 3);
        }
        let mut letters: Vec<u64> = rests.iter().map(|r| r[0]).collect();
        letters.sort_unstable();
        letters.dedup();
        for (i, &letter) in letters.iter().enumerate() {
            let behind: Vec<&[u64]> = rests.iter().filter(|r| r[0] == letter).map(|r| &r[1..]).collect();
            let ends = behind.iter().any(|r| r.is_empty());
            let longer: Vec<&[u64]> = behind.into_iter().filter(|r| !r.is_empty()).collect();
            let flags = u64::from(i + 1 == letters.len()) | u64::from(ends) << 2;
            if !longer.is_empty() {
                todo.push((Some(edges.len()), longer));
            }
            edges.push(letter | flags << letter_bits);
        }
    }
    let mut out = 42i16.to_le_bytes().to_vec();
    out.extend((CHARACTERS.len() as i32).to_le_bytes());
    out.extend((edges.len() as i32).to_le_bytes());
    out.extend(edges.iter().flat_map(|e| e.to_le_bytes()));
    out
}
