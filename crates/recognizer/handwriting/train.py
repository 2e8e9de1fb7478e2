"""Train the small net that reads handwritten (and printed) digit strings in the slots of official papers.

WHAT. The input is a slot: a grey image 32 rows high and W columns wide, ink darkness 0..1 (0 = paper,
1 = darkest ink).  The slot spans 1.5 H above the base line to 0.6 H below it (H = height of a printed
capital), so a printed capital is about 15 rows high.  The net is a plain stack of convolutions trained with
CTC; it gives 11 scores for every second column: the digits 0..9 and, last, "blank".  Softmax makes them
posteriors.  The string read is the best path: largest class of each column, repeats merged, blanks dropped.

DATA. Everything is made on the fly from a fixed seed; no outside data set is used.
  * Handwriting: the pen strokes in TEMPLATES below were drawn up for this script.  Each digit is a bent,
    slanted, stretched and shaken version of one template, drawn with a pen of varying width and pressure,
    sometimes with blots and gaps.  Digits stand apart, touch or overlap.
  * Printed digits, and the printed words beside the slot (which the net must learn to pass over), are drawn
    with the free fonts named in FONTS.  Those missing in the fonts folder are left out.
  * Dotted leaders, underlines, specks, pieces of neighbouring lines, blur, noise, thresholding and JPEG.

RUN.  python train.py --fonts FOLDER_WITH_TTF_FILES [--out FOLDER] [--rounds N]
Needs torch, numpy and pillow.  Writes digits.bin and check.json into the output folder.

FILE FORMAT of digits.bin (little endian): the magic b"SODG1\\0", u8 number of layers, then each layer:
  u8 kind: 0 = convolution followed by ReLU, 1 = convolution without ReLU, 2 = max-pool
  convolution: u16 inputs, u16 outputs, u8 kernel height, u8 kernel width, u8 padding y, u8 padding x,
      f32 scale of each output, f32 bias of each output, then i8 weights in the order (output, input, ky, kx).
      True weight = i8 * scale[output].  Stride 1, padding with zeros on both sides.
  max-pool: u8 height, u8 width; the stride is the same; columns or rows left over at the end are dropped.
Batch normalisation is folded into the convolutions.  The last layer leaves a height of 1.

check.json holds small made-up slots with the results of the numpy inference below, which reads digits.bin:
"logits_first_column" are the 11 scores of the first column, "posteriors_argmax" the largest class of each.
"""
import argparse
import io
import itertools
import json
import math
import os
import random
import re
import struct
import time

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from torch import nn

SEED = 20240315
ROWS = 32                   # rows of a slot
SS = 3                      # slots are drawn this many times larger
CAP = ROWS / 2.1            # height of a printed capital, in rows
BASE = 1.5 * CAP            # row of the base line
BLANK = 10
# file names of fonts and their size per height of a capital
FONTS = {"Tinos-Regular": 1.51, "Tinos-Italic": 1.51, "LiberationSerif-Regular": 1.51, "Arimo-Regular": 1.4,
         "LiberationSerif-Italic": 1.51, "Arimo-Italic": 1.4, "Cousine-Regular": 1.52, "DejaVuSans": 1.37,
         "DejaVuSerif": 1.37, "DejaVuSerif-Italic": 1.37, "DejaVuSans-Oblique": 1.37}

# Pen strokes of the digits: x,y points on a grid whose height is 100 (y grows downwards).  A smooth curve
# goes through the points; "!" marks a sharp corner, ";" lifts the pen, "|" starts another style of the digit.
TEMPLATES = """
0 = 35,0 12,20 5,55 15,88 33,100 55,85 65,50 56,15 35,0 28,4 | 28,2 12,25 8,60 18,95 30,98 44,75 48,35 40,8
  24,3 | 50,8 30,0 10,30 6,65 22,98 45,88 58,50 50,10 36,4 28,12 | 30,5 10,35 8,75 28,100 52,80 58,40 46,8
  38,10 | 20,6 8,40 10,80 30,100 50,78 56,40 44,6 24,2 12,14 | 45,4 18,10 2,40 6,80 36,100 70,84 84,48 70,12
  44,2 30,8 | 44,0 22,22 6,60 10,92 26,98 46,72 60,30 54,4 40,4 | 30,0 4,30 10,90 50,96 62,40 40,0 20,6
1 = 0,48 40,0! 36,100 | 0,62 45,2! 42,50 38,100 | 0,40 22,28 38,0! 36,100 | 10,0 8,100 | 0,22 22,0! 20,100 |
  2,25 25,0! 24,100; 0,100 48,100 | 0,72 44,0! 42,100 | 0,55 14,51 44,0! 40,100 | 0,45 38,0! 33,90 42,98 |
  0,52 22,44 52,0! 46,100 | 14,0 10,50 12,100 | 0,58 26,50 50,2! 50,48 44,98 | 6,0 4,50 6,100 | 8,0 6,100 |
  4,0 8,60 6,100
2 = 5,25 12,6 32,0 52,10 54,30 38,58 4,98! 62,98 | 6,28 14,6 36,0 54,14 52,38 34,68 12,92 4,98 2,88 12,80
  28,90 46,100 66,94 | 22,30 8,28 8,10 28,0 50,8 54,30 38,64 16,92 4,96 4,84 18,82 36,96 56,100 68,90 | 4,10
  25,2 50,5 52,15! 2,96! 60,95 | 5,22 20,2 46,4 52,26 32,60 5,95! 25,88 45,98 65,92 | 10,20 30,2 50,10 52,35
  30,75 8,95 0,85 15,75 35,90 60,95 | 16,26 12,8 34,0 52,14 48,44 30,74 10,96 -4,92 2,78 20,76 36,90 54,98
  72,84 | 2,30 22,0 44,10 40,44 14,86 4,100! 30,94 60,98 | 4,20 20,2 44,8 46,36 22,74 4,92 8,76 30,86 70,88 |
  0,14 30,0 44,16 30,60 2,98! 20,92 50,96 | 8,20 30,0 50,14 40,50 4,100 0,86 20,70 44,90 76,92 | 18,34 8,32
  8,14 26,0 46,10 46,32 26,68 6,94 -2,90 8,78 28,90 50,98 66,90 | 22,24 18,36 6,30 10,8 32,0 50,12 44,40
  20,78 2,96 0,84 16,78 34,92 60,98 | 26,20 10,26 8,12 24,0 42,6 46,24 30,60 10,92! 30,86 50,96 70,88 | 24,18
  22,34 10,32 6,16 22,2 42,2 48,22 32,62 10,92 -2,84 16,80 34,94 58,94
3 = 6,14 24,0 48,8 50,30 28,46! 54,58 58,80 36,100 4,90 | 8,12 28,0 50,12 46,34 26,46 20,44 28,41 50,54 56,78
  34,100 2,88 | 6,2 54,2! 24,40! 52,50 58,76 36,100 2,90 | 4,8 30,0 46,16 36,38 20,44! 44,48 56,70 40,98 0,96
  | 4,16 22,0 42,8 40,30 18,48! 42,52 48,76 30,98 8,100 0,88 | 10,10 34,0 52,14 40,38 24,48 18,42 34,44 50,60
  46,86 22,100 0,92 4,80 | 0,10 30,0 56,10 52,30 22,46! 58,56 66,76 44,98 0,92 | 10,0 50,6 26,40! 56,60 40,90
  0,100 | 4,6 40,0 44,20 14,44! 40,50 46,70 24,94 4,98
4 = 18,0 4,58! 62,56; 46,28 42,100 | 40,100 44,0! 2,66! 64,66 | 14,4 10,34 12,52 26,56 48,48; 50,10 44,100 |
  24,2 2,60! 78,54; 52,22 44,100 | 38,0 4,62! 60,58; 44,36 38,100 | 8,0 6,40 20,50 46,44; 50,0 48,100 | 30,0
  16,36 2,64! 36,64 80,56; 54,30 46,98 | 6,2 2,48! 50,46; 48,0 46,100 | 44,2 20,34 2,60 12,66 66,58; 46,4
  42,100 | 30,4 6,40 16,56 60,44; 62,8 40,100 | 10,10 6,46 30,56 54,36 58,0! 48,100 | 12,4 0,44! 54,42; 54,4
  52,100 | 4,10 2,42 20,50 50,38; 50,6 40,60 38,100
5 = 54,2 16,2! 12,42! 34,36 54,50 56,76 36,98 4,92 | 16,4 12,44! 32,38 54,52 54,80 32,100 2,90; 18,2 62,0 |
  18,8 10,46! 30,38 50,54 48,82 26,100 0,90; 20,8 80,-6 | 56,2 22,4 12,28 22,44 46,54 52,76 34,98 4,94 |
  14,14 10,46! 36,40 52,58 46,86 24,100 2,94; 22,4 60,2 | 62,0 20,4! 10,46! 32,42 46,60 36,90 4,98 | 20,10
  14,44! 40,46 50,66 38,92 6,100; 22,8 50,6 74,-2 | 70,0 30,4! 20,40! 50,50 50,84 24,100 4,88 | 40,0 14,30
  30,46 50,64 36,94 4,100 | 80,0 20,6 12,36 40,50 46,70 30,96 0,100 | 50,4 14,6! 8,40! 30,34 46,56 40,90
  14,98 0,86
6 = 46,0 20,28 6,64 14,92 34,100 54,84 50,62 30,54 10,70 | 40,0 14,36 6,72 20,98 44,94 54,74 40,58 18,64 8,78
  | 52,2 28,14 10,50 8,82 26,100 48,92 54,70 36,54 14,66 | 30,0 8,45 6,80 28,100 50,85 48,55 25,45 8,65 |
  34,0 10,45 6,80 20,100 38,88 38,62 20,56 8,72 | 58,0 30,30 10,66 10,90 30,100 50,90 50,72 30,66 12,80 |
  20,0 6,50 10,90 36,100 62,88 62,68 40,62 10,82 | 26,0 2,50 10,92 44,96 50,66 14,72 | 44,0 6,60 24,100 56,84
  44,62 8,80 | 10,0 2,60 20,98 50,92 50,66 22,64 6,84
7 = 2,6 56,4! 24,100 | 2,8 58,4! 36,50 24,100; 12,50 56,46 | 4,18 6,4! 56,4! 28,60 22,100; 14,52 52,50 | 2,12
  14,2 32,10 58,2! 30,60 26,100 | 2,12 14,2 32,10 58,2! 30,60 26,100; 12,52 54,46 | 4,10 50,2! 30,45 20,100;
  5,55 80,38 | 0,4 50,2 56,10 42,40 34,100 | 4,20 2,6! 52,2! 34,100 | 0,8 48,4! 40,50 38,100; 20,54 70,46 |
  0,20 4,4 30,2 60,0! 40,40 20,100 | 0,14 44,0 56,10 30,50 10,100 | 0,6 40,6 52,0! 44,60 44,100
8 = 48,12 26,0 8,18 22,42 48,62 54,84 30,100 6,84 16,58 42,38 50,16 44,8 | 52,6 28,0 10,20 24,42 48,66 48,90
  26,100 6,86 14,62 46,34 58,14 | 30,0 10,12 12,36 30,46 50,34 50,10 30,0; 30,46 6,62 6,88 30,100 56,88 54,60
  30,46 | 36,4 14,10 12,30 30,48 42,70 36,96 16,98 6,80 18,56 36,34 42,12 | 30,46 8,26 24,0 48,16 34,44 8,74
  24,100 52,84 40,54 26,44 | 60,4 30,2 12,18 24,40 46,58 44,88 20,100 2,86 16,60 50,36 64,14 | 44,0 22,8
  16,30 36,44 52,26 46,2; 34,46 8,64 4,92 26,100 48,84 36,46 | 50,10 26,4 20,24 44,50 40,84 14,100 4,84 30,50
  54,24 50,10 | 60,10 40,0 20,16 30,40 46,60 30,96 8,90 20,60 56,20 62,8 | 40,4 16,6 8,24 24,42 40,60 44,86
  24,100 14,84 26,54 44,34 52,14 40,2 | 46,2 20,4 12,24 40,40 60,60 50,92 14,98 4,74 34,44 56,20 44,2
9 = 50,22 30,2 8,20 12,44 32,50 50,30 52,8! 48,60 42,100 | 52,18 30,0 6,22 12,48 36,48 52,16! 54,60 44,94
  22,104 2,90 | 48,14 26,0 6,24 18,48 42,40 52,10 50,50 30,100 | 50,26 30,2 8,24 24,50 50,26! 46,100 | 50,12
  28,2 8,24 18,46 44,36 52,8! 54,50 46,86 24,100 4,88 | 56,10 30,0 6,26 16,50 44,40 58,6! 50,60 36,100 | 46,6
  20,4 4,30 20,46 44,24! 48,64 30,98 4,96 0,84 | 56,14 30,4 4,30 16,50 50,30 56,10! 52,100 | 44,0 10,10 4,34
  30,44 50,20! 40,100 | 60,20 40,0 10,20 14,46 50,36 60,20 40,70 10,100 | 44,4 20,10 14,30 34,34 46,8! 40,60
  30,100
"""


def parse(style):
    strokes = [re.sub(r"(\S+)!", r"\1 \1", stroke).split() for stroke in style.split(";")]
    return [np.array([[float(v) for v in w.split(",")] for w in words]) for words in strokes]


STROKES = [[parse(style) for style in part.split("|")] for part in re.split(r"\d = ", TEMPLATES)[1:]]
T = np.linspace(0, 1, 9)[:-1, None]


def curve(p):
    """Catmull-Rom curve through the points, 8 steps a piece; doubled points make corners."""
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    out = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:]):
        if (b != c).any():
            out.append(b + T * (c - a) / 2 + T**2 * (a - 2.5 * b + 2 * c - d / 2)
                       + T**3 * (1.5 * (b - c) + (d - a) / 2))
    return np.vstack(out + [p[-2:-1]])


class Maker:
    """Makes slots with a string of digits in them."""

    def __init__(self, fonts, seed):
        self.r, self.n, self.cache = random.Random(seed), np.random.default_rng(seed), {}
        found = {n: os.path.join(d, n) for d, _, names in os.walk(fonts) for n in names}
        self.files = [(found[name + ".ttf"], size) for name, size in FONTS.items() if name + ".ttf" in found]
        self.upright = [f for f in self.files if re.search(r"(Tinos|Serif)(-Regular)?\.", f[0])]
        self.italic = [f for f in self.files if re.search(r"(Tinos|Serif)-Italic\.", f[0])]
        assert self.upright and self.italic, "needs Tinos, Liberation Serif or DejaVu Serif"

    def font(self, choice, cap=CAP):
        key = (choice, round(cap * 2))
        if key not in self.cache:
            self.cache[key] = ImageFont.truetype(choice[0], round(key[1] / 2 * choice[1] * SS))
        return self.cache[key]

    def text(self):
        r, k, digits = self.r, self.r.random(), "0123456789"
        if k < 0.38:
            day = r.randint(1, 31)
            return "" if k < 0.08 else f"{day:02d}" if k < 0.32 else str(day)
        if k < 0.48:
            return "".join(r.choices("1117", k=r.randint(1, 4)))
        if k < 0.58:
            digits += r.choice(digits) * 30                     # mostly the same digit
        return "".join(r.choices(digits, k=r.choice((1, 1, 2, 3, 3, 4))))

    def hand(self, text):
        """Pen strokes of a string: a list of (points, widths) in slot columns and rows, and the width."""
        r, n = self.r, self.n
        height, slant = r.triangular(12.5, 24.5, 18.5), math.tan(math.radians(r.triangular(-16, 36, 8)))
        aspect = math.exp(r.gauss(0, 0.2))
        pen = r.triangular(1.3, 4.2, 2.7) * (0.75 + 0.25 * height / 18)
        shake, pressure, drift = r.uniform(1, 5), r.uniform(0, 0.35), r.gauss(0, 0.06)
        y = max(BASE + r.triangular(-4.5, 6, 0.8), height - 1)
        chosen = [r.choice(styles) for styles in STROKES]
        spread = r.choice((r.uniform(-2.5, 1), r.uniform(-1, 4), r.uniform(0, 8)))
        x, parts = 0.0, []
        for i, d in enumerate(map(int, text)):
            shape = chosen[d] if r.random() < 0.7 else r.choice(STROKES[d])
            h = height * math.exp(r.gauss(0, 0.07)) / 100
            wide = h * aspect * math.exp(r.gauss(0, 0.12)) * (r.uniform(0.75, 1.1) if d == 0 else 1)
            lean, turn = slant + r.gauss(0, 0.06), r.gauss(0, 0.06)
            bend, glyph = n.normal(0, 1, (2, 4)) * shake * 1.2, []
            for p in shape:
                move, corner = n.normal(0, shake, p.shape), (p[1:] == p[:-1]).all(1)
                move[1:][corner] = move[:-1][corner]
                p = curve(p + move)
                u, v = p[:, 0] / 60, p[:, 1] / 100
                px = p[:, 0] + bend[0, 0] * np.sin(3 * v + bend[0, 1]) + bend[0, 2] * u * (1 - v)
                py = p[:, 1] + bend[1, 0] * np.sin(3 * u + bend[1, 1]) + bend[1, 2] * u * v
                px, py = px * wide + (100 - py) * h * lean, (py - 100) * h
                glyph.append(np.stack([px - turn * py, py + turn * px], 1))
            left, right = min(g[:, 0].min() for g in glyph), max(g[:, 0].max() for g in glyph)
            gap = spread + r.gauss(0, 1)
            if d in (1, 4, 5, 7) or (i and text[i - 1] in "4572"):
                gap -= r.random() * 3           # long flags and bars may reach over the neighbour
            x += (max(-4.5, gap) + pen * 0.7) * (i > 0)
            wander = r.gauss(0, 0.6)
            for g in glyph:
                g += (x - left, y + wander + drift * x)
                w = np.sin(np.linspace(r.uniform(0, 6), r.uniform(0, 6) + 4, len(g))) * pressure + 1
                if r.random() < 0.2:
                    w *= np.linspace(1, r.uniform(0.5, 1), len(g))
                if r.random() < 0.06:
                    w[r.choice((0, -1))] *= r.uniform(1.3, 2)
                if r.random() < 0.05:
                    a = r.randrange(len(g))
                    w[a:a + r.randint(1, max(1, len(g) // 8))] = 0
                parts.append((g, np.maximum(w * pen, 1.0 * (w > 0))))
            x += right - left
        return parts, x

    def draw_strokes(self, draw, parts, x, ink):
        for g, w in parts:
            g = (g + (x, 0)) * SS
            at = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(g, axis=0).T))])
            s = np.linspace(0, at[-1], max(2, int(at[-1] / 1.3)))
            for a, b, c in zip(*(np.interp(s, at, v).tolist() for v in (g[:, 0], g[:, 1], w * SS / 2))):
                if c > 0.6:
                    draw.ellipse((a - c, b - c, a + c, b + c), fill=ink)

    def slot(self, max_width=150):
        """One slot: (32 x W darkness as u8, text)."""
        r, text = self.r, self.text()
        printed, date = text != "" and r.random() < 0.15, r.random() < 0.5
        faces = self.italic if date else self.upright
        words = self.font(r.choice(faces), CAP * r.uniform(0.92, 1.1))
        if printed:
            choice = r.choice(self.files if r.random() < 0.4 else faces)
            face = self.font(choice, CAP * r.uniform(0.88, 1.2))
            width = face.getlength(text) / SS
        elif text:
            parts, width = self.hand(text)
        else:
            width = r.uniform(0, 30)
        edge = r.uniform(-9, 9)                                 # right end of the words before the slot
        start = max(r.uniform(-2.5, 1.5), edge + r.choice((r.uniform(-2, 3), r.uniform(0, 25))))
        stop = start + width + r.choice((r.uniform(-2, 3), r.uniform(0, 30)))  # left end of the words after
        columns = int(min(max_width, max(12, stop + r.uniform(-9, 9), start + width + r.uniform(-1.5, 2))))
        paper = Image.new("L", (columns * SS, ROWS * SS), 0)
        draw = ImageDraw.Draw(paper)
        dark, base = r.randint(170, 255), (BASE + r.gauss(0, 0.7)) * SS
        if r.random() < 0.85:
            draw.text((edge * SS, base), "ngày" if date else "Số:", fill=dark, font=words, anchor="rs")
        if r.random() < 0.85:
            word = "tháng" if date else "/" + r.choice("ABCĐGHKLMNPQSTUVX-")
            draw.text((stop * SS, base), word, fill=dark, font=words, anchor="ls")
        if r.random() < 0.15:                                   # leader
            y, x = (BASE + r.uniform(-2, 2)) * SS, r.uniform(-3, 20) * SS
            pitch, dot, end = r.uniform(2.5, 5.5), r.uniform(0.4, 1) * SS, r.uniform(0.3, 1.1) * columns * SS
            while x < end:
                draw.ellipse((x - dot, y - dot, x + dot, y + dot), fill=dark)
                x += pitch * SS
        if r.random() < 0.12:                                   # underline, or a rule above
            y = (BASE + r.uniform(1, 8) if r.random() < 0.75 else r.uniform(0, 3)) * SS
            a, b = r.uniform(-0.2, 0.7) * columns * SS, r.uniform(0.2, 1.2) * columns * SS
            draw.line((a, y, a + b, y + r.gauss(0, 1.5)), fill=dark, width=r.randint(2, 5))
        if r.random() < 0.06:                                   # piece of the line above or below
            word = "".join(r.choice("aàbcdđeghốiklmnôơpqrstưvyBĐVU/ ") for _ in range(12))
            y = r.choice((r.uniform(-1, 2), ROWS + CAP * r.uniform(0.8, 1.4)))
            draw.text((r.uniform(-40, 20) * SS, y * SS), word, fill=dark, font=words, anchor="ls")
        ink = r.randint(190, 255)
        if printed:
            draw.text((start * SS, base + r.gauss(0, 1.2) * SS), text, fill=ink, font=face, anchor="ls")
        elif text:
            self.draw_strokes(draw, parts, start, ink)
        if r.random() < 0.25:                                   # specks
            for _ in range(r.randint(1, 5)):
                x, y, k = r.uniform(0, columns) * SS, r.uniform(0, ROWS) * SS, r.uniform(0.5, 2.5)
                draw.ellipse((x - k, y - k, x + k, y + k), fill=r.randint(60, 255))
        return self.scan(paper, columns), text

    def scan(self, paper, columns):
        """What a scanner makes of it."""
        r, n = self.r, self.n
        if r.random() < 0.8:
            paper = paper.filter(ImageFilter.GaussianBlur(r.uniform(0.3, 2.2)))
        scale = r.choice((1, 1, 0.8, 0.55))
        if scale < 1:
            paper = paper.resize((round(columns * SS * scale), round(ROWS * SS * scale)), Image.BILINEAR)
        kind = r.random()
        if kind < 0.7:
            a = np.asarray(paper, np.float32)
            if r.random() < 0.7:
                a = a + n.normal(0, r.uniform(1, 22), a.shape).astype(np.float32)
            a = (a > r.uniform(70, 165)) * 255.0 if kind < 0.25 else a
            paper = Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))
        elif kind < 0.85:
            data = io.BytesIO()
            paper.save(data, "JPEG", quality=r.randint(20, 80))
            paper = Image.open(data)
        how = r.choice((Image.BOX, Image.BILINEAR, Image.BICUBIC, Image.LANCZOS))
        a = np.asarray(paper.resize((columns, ROWS), how), np.float32) / 255
        a = a - (r.uniform(0, 0.08) if r.random() < 0.5 else 0)
        a = np.clip(a * r.uniform(0.85, 1.35), 0, 1)
        a = a ** r.uniform(0.7, 1.5) if r.random() < 0.4 else a
        return (a * 255).astype(np.uint8)

    def batches(self, count, size):
        """`count` slots, twice, in batches of alike widths: (size x 1 x 32 x W, texts)."""
        slots = sorted((self.slot() for _ in range(count)), key=lambda s: s[0].shape[1])
        groups = [slots[i:i + size] for i in range(0, count, size)]
        self.r.shuffle(groups)
        for turn, group in itertools.product((0, 1), groups):
            x = np.zeros((len(group), 1, ROWS, max(s[0].shape[1] for s in group)), np.float32)
            for i, (pixels, _) in enumerate(group):
                if turn:                                        # the second time slightly altered
                    pixels = np.roll(pixels, self.r.randint(-1, 1), 0) * self.r.uniform(0.8, 1)
                x[i, 0, :, :pixels.shape[1]] = pixels / 255.0
            yield torch.from_numpy(x), [text for _, text in group]


# kind, then (inputs, outputs, kernel height, kernel width, padding y, padding x) or (height, width)
LAYERS = [(0, 1, 12, 3, 3, 1, 1), (2, 2, 2), (0, 12, 24, 3, 3, 1, 1), (2, 2, 1), (0, 24, 32, 3, 3, 1, 1),
          (0, 32, 40, 3, 3, 1, 1), (2, 2, 1), (0, 40, 48, 3, 3, 1, 1), (1, 48, 11, 4, 5, 0, 2)]


def build():
    net = nn.Sequential()
    for kind, *a in LAYERS:
        if kind == 2:
            net.append(nn.MaxPool2d(tuple(a)))
        else:
            net.append(nn.Conv2d(a[0], a[1], tuple(a[2:4]), padding=tuple(a[4:6]), bias=kind == 1))
        if kind == 0:
            net.extend([nn.BatchNorm2d(a[1], momentum=0.02), nn.ReLU()])
    return net


def export(net, path):
    modules, out = list(net), b"SODG1\0" + bytes([len(LAYERS)])
    for kind, *a in LAYERS:
        conv = modules.pop(0)
        if kind == 2:
            out += struct.pack("<3B", kind, *a)
            continue
        weight = conv.weight.detach().double().numpy().copy()
        if kind == 0:
            norm, _ = modules.pop(0), modules.pop(0)
            factor = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach().double().numpy()
            bias = norm.bias.detach().double().numpy() - norm.running_mean.double().numpy() * factor
            weight *= factor[:, None, None, None]
        else:
            bias = conv.bias.detach().double().numpy()
        scale = np.maximum(np.abs(weight).max((1, 2, 3)) / 127, 1e-12).astype("<f4")
        packed = np.clip(np.rint(weight / scale[:, None, None, None]), -127, 127).astype(np.int8)
        out += struct.pack("<B2H4B", kind, *a) + scale.tobytes() + bias.astype("<f4").tobytes()
        out += packed.tobytes()
    with open(path, "wb") as file:
        file.write(out)


def load(path):
    """Layers of digits.bin: (kind, weights, bias, paddings) or (2, height, width)."""
    data = open(path, "rb").read()
    assert data[:6] == b"SODG1\0"
    at, layers = 7, []
    for _ in range(data[6]):
        if data[at] == 2:
            layers.append(tuple(data[at:at + 3]))
            at += 3
            continue
        kind, i, o, h, w, py, px = struct.unpack_from("<B2H4B", data, at)
        at += 9
        scale, bias = np.frombuffer(data, "<f4", 2 * o, at).reshape(2, o)
        at += 8 * o
        weight = np.frombuffer(data, np.int8, o * i * h * w, at).reshape(o, i, h, w)
        at += weight.size
        layers.append((kind, weight * scale[:, None, None, None], bias, (py, px)))
    return layers


def infer(layers, darkness):
    """Scores (columns x 11) of a 32 x W array of darkness 0..1, in plain numpy."""
    x = np.asarray(darkness, np.float32)[None]
    for layer in layers:
        if layer[0] == 2:
            h, w = layer[1:]
            c, rows, columns = x.shape[0], x.shape[1] // h, x.shape[2] // w
            x = x[:, :rows * h, :columns * w].reshape(c, rows, h, columns, w).max((2, 4))
            continue
        kind, weight, bias, (py, px) = layer
        x = np.pad(x, ((0, 0), (py, py), (px, px)))
        x = np.lib.stride_tricks.sliding_window_view(x, weight.shape[2:], (1, 2))
        x = np.einsum("chwyx,ocyx->ohw", x, weight, optimize=True) + bias[:, None, None]
        x = np.maximum(x, 0) if kind == 0 else x
    return x[:, 0].T


def best_path(scores):
    path = scores.argmax(1).tolist()
    return "".join(str(c) for i, c in enumerate(path) if c != BLANK and (i == 0 or path[i - 1] != c)), path


def write_checks(layers, maker, path):
    out, seen = [], set()
    for _ in range(20_000):         # a net that has hardly been trained reads too few
        if len(out) == 6:
            break
        pixels, text = maker.slot()
        scores = infer(layers, pixels / 255.0)
        read, best = best_path(scores)
        if pixels.shape[1] > 96 or read != text or len(text) in seen and (len(seen) < 5 or not text):
            continue
        seen.add(len(text))
        out.append({"width": pixels.shape[1], "pixels": pixels.ravel().tolist(), "expected": text,
                    "logits_first_column": scores[0].astype(float).round(5).tolist(),
                    "posteriors_argmax": best})
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(map(json.dumps, out)) + "\n]\n")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--fonts", required=True)
    p.add_argument("--out", default=".")
    p.add_argument("--rounds", type=int, default=30)
    p.add_argument("--slots", type=int, default=6400, help="fresh slots of each round")
    args = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    maker, net = Maker(args.fonts, SEED), build().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
    steps = args.rounds * 2 * -(-args.slots // 32)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, steps + 1, pct_start=0.15)
    ready, began = os.path.join(args.out, "digits.bin"), time.time()
    for number in range(args.rounds):
        net.train()
        total, right, count = 0.0, 0, args.slots * 2
        for x, texts in maker.batches(args.slots, 32):
            scores = net(x.to(memory_format=torch.channels_last))[:, :, 0].permute(2, 0, 1)
            target = torch.tensor([int(c) for t in texts for c in t], dtype=torch.long)
            sizes = torch.full((len(texts),), scores.shape[0]), torch.tensor([len(t) for t in texts])
            loss = nn.functional.ctc_loss(scores.log_softmax(2), target, *sizes, BLANK, zero_infinity=True)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(texts)
            reads = [best_path(s)[0] for s in scores.detach().permute(1, 0, 2).numpy()]
            right += sum(read == text for read, text in zip(reads, texts))
        print(f"round {number + 1}: loss {total / count:.4f}, read right {right / count:.2%}, "
              f"{time.time() - began:.0f} s", flush=True)
        net.eval()
        export(net, ready)
    write_checks(load(ready), Maker(args.fonts, SEED + 1), os.path.join(args.out, "check.json"))


if __name__ == "__main__":
    main()
