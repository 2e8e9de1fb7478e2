//! Invented pages of administrative Vietnamese: no text of anybody, only words as often as they may be. The same page each time.

/// Frequent words, the most frequent first.
const FREQUENT: &str = "của và các được theo có cho trong về quyết định tại không nhà đất số nước này việc ngày quy công dân thực hiện \
    là với người đơn vị cơ quan tỉnh xã huyện năm một từ đến phải khi những sử dụng giấy phép chứng nhận xây dựng đề nghị hồ sơ \
    thủ tục hành chính kinh doanh cấp đăng ký nghị luật điều khoản thông tư ban hành chủ tịch ủy nhân phòng trưởng văn bản kèm \
    đối tượng thời hạn kết quả giải trách nhiệm thi hành sau trước như bảo đảm quyền lợi ích nghĩa vụ tài sản gắn liền trên địa \
    bàn thửa bản đồ diện tích mục đích loại nguồn gốc cá chức tổ chi nhánh hợp đồng biên kiểm tra thẩm xác minh yêu cầu bổ sung";
const INITIALS: [&str; 24] = [
    "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th", "tr",
    "v", "x", "",
];
/// Rhymes with one vowel that carries the tone, written with each tone.
const RHYMES: [&str; 40] = [
    "a", "am", "an", "ang", "ac", "at", "ai", "ao", "ă m", "ăn", "ăng", "ăt", "â m", "ân", "âng", "ât", "e", "em",
    "en", "et", "ê", "ênh", "êt", "i", "im", "in", "inh", "ich", "o", "on", "ong", "oc", "ô", "ôn", "ông", "ôc", "ơ",
    "ơn", "u", "ung",
];
const TONES: [&str; 6] = ["", "\u{300}", "\u{301}", "\u{309}", "\u{303}", "\u{323}"];
/// Words that there are.
const VOCABULARY: usize = 5500;
/// Frequency of the word of rank r is one in r plus so many, as Zipf and Mandelbrot have it.
const FLATTENED: f64 = 2.7;
const ISSUERS: [&str; 6] =
    ["Sở Xây dựng", "Sở Y tế", "Sở Tài chính", "UBND huyện Phú Lộc Hạ", "UBND xã Đông Khê Hạ", "Chi cục Thử nghiệm"];
const KINDS: [(&str, &str); 5] = [
    ("QUYẾT ĐỊNH", "QĐ-UBND"),
    ("GIẤY PHÉP", "GP-SXD"),
    ("TỜ TRÌNH", "TTr-UBND"),
    ("BIÊN BẢN", "BB-SYT"),
    ("CÔNG VĂN", "CV-STC"),
];

/// Numbers that look random and are the same each time (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Makes pages.
pub struct Pages {
    words: Vec<String>,
    /// Share of all words up to each rank.
    up_to: Vec<f64>,
    length: usize,
}

impl Pages {
    /// Pages of about so many words.
    pub fn new(length: usize) -> Self {
        let mut words: Vec<String> = FREQUENT.split_whitespace().map(str::to_owned).collect();
        let mut seen: std::collections::HashSet<String> = words.iter().cloned().collect();
        words.retain(|word| seen.remove(word));
        let mut random = Random(1);
        while words.len() < VOCABULARY {
            let rhyme = RHYMES[random.below(RHYMES.len())].replace(' ', "");
            let vowel = rhyme.char_indices().nth(1).map_or(rhyme.len(), |(at, _)| at);
            let (first, rest) = rhyme.split_at(vowel);
            let word = format!("{}{first}{}{rest}", INITIALS[random.below(INITIALS.len())], TONES[random.below(6)]);
            let word = sohoa_domain::text::nfc(&word);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        let weights: Vec<f64> = (1..=words.len()).map(|rank| 1.0 / (rank as f64 + FLATTENED)).collect();
        let total: f64 = weights.iter().sum();
        let up_to = weights.iter().scan(0.0, |sum, weight| {
            *sum += weight / total;
            Some(*sum)
        });
        Self { up_to: up_to.collect(), words, length }
    }

    fn word(&self, random: &mut Random) -> &str {
        let share = random.share();
        &self.words[self.up_to.partition_point(|up_to| *up_to < share).min(self.words.len() - 1)]
    }

    /// The page of this number, and what makes it the same paper as another (number, year, symbol, issuer).
    pub fn page(&self, number: i64) -> (String, String) {
        let mut random = Random(number as u64);
        let (kind, symbol) = KINDS[random.below(KINDS.len())];
        let issuer = ISSUERS[random.below(ISSUERS.len())];
        let (serial, year) = (1 + random.below(4000), 2021 + random.below(3));
        let mut text = format!("{issuer}\nSố: {serial}/{year}/{symbol}\n{kind}\nVề việc ");
        let (mut written, mut line) = (0, 0);
        while written < self.length {
            let word = self.word(&mut random);
            text.push_str(word);
            written += 1;
            line += word.len() + 1;
            let end = random.below(14) == 0;
            text.push_str(if end { ". " } else { " " });
            if line > 90 {
                text.push('\n');
                line = 0;
            }
        }
        let paper = sohoa_domain::text::fold(&format!("{serial}/{year}/{symbol}/{issuer}"));
        (text, paper)
    }
}
