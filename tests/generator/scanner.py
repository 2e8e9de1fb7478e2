"""What a scanner and its paper do to a page: skew, light, noise, blur, shine-through, thresholding, specks."""

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from raster import seal_mask


def turned(page, degrees):
    """Turned counter-clockwise about its centre, paper-white corners."""
    white = 255 if page.mode == "L" else (255, 255, 255)
    return page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=white)


def scanned(page, seed, skew=0.0, noise=2.5, blur=0.55, paper=(250, 249, 245), shade=0.0, edge=True):
    """A scan of the page, `L` or `RGB` as given. `shade` (0 to 1): how much darker the far side is lit."""
    rng = np.random.default_rng(seed)
    if skew:
        page = turned(page, skew)
    if blur:
        page = page.filter(ImageFilter.GaussianBlur(blur))
    a = np.asarray(page, dtype=np.float32)
    if a.ndim == 2:
        a = a[..., None]
        paper = (sum(paper) / 3,)
    h, w, channels = a.shape
    fibres = Image.fromarray(rng.integers(0, 256, (h // 12, w // 12), dtype=np.uint8)).resize((w, h), Image.Resampling.BICUBIC)
    light = 1 - (np.asarray(fibres, dtype=np.float32) / 255 - 0.5) * 0.012
    if shade:
        across = np.linspace(-0.15, 1, w, dtype=np.float32).clip(0) ** 1.7
        down = np.linspace(0.4, 1, h, dtype=np.float32)
        light *= 1 - shade * np.outer(down, across)
    if edge:
        # The shadow of the lid along the left edge of the sheet.
        light *= 1 - 0.16 * np.exp(-np.arange(w, dtype=np.float32) / (w * 0.006))[None, :]
    a = a * (np.array(paper, dtype=np.float32) / 255) * light[..., None]
    if noise:
        a += rng.normal(0, noise, (h, w, 1)).astype(np.float32)
        if channels == 3:
            a += rng.normal(0, noise * 0.4, (h, w, 3)).astype(np.float32)
    a = a.clip(0, 255).astype(np.uint8)
    return Image.fromarray(a[..., 0] if channels == 1 else a)


def back_of(front, seed, strength=0.10):
    """The empty back of a sheet: its front shines through, mirrored and faint, the seal a little stronger."""
    mirrored = ImageOps.mirror(front).filter(ImageFilter.GaussianBlur(3.2))
    a = np.asarray(mirrored, dtype=np.float32)
    red = (a[..., :1] - a[..., 1:2]).clip(0)
    through = 255 - (255 - a) * strength - red * np.array([0.0, 0.13, 0.12], dtype=np.float32)
    return scanned(Image.fromarray(through.clip(0, 255).astype(np.uint8)), seed, noise=2.0)


def with_shine_through_seal(page, x, y, r, seed):
    """A mirrored seal from the other side, centre at (x, y) px."""
    mask = ImageOps.mirror(seal_mask(r, "H. PHÚ LỘC HẠ • ỦY BAN NHÂN DÂN • ", seed)).filter(ImageFilter.GaussianBlur(2.5))
    faint = mask.point(lambda v: int(v * 0.22))
    page.paste(Image.new("RGB", mask.size, (225, 90, 95)), (round(x - mask.width / 2), round(y - mask.height / 2)), faint)
    return page


def bitonal(page, threshold=150, seed=None, specks=0, roughness=0.0):
    """Black and white, with `specks` dark grains of one to nine pixels and rough letter edges when asked."""
    a = np.asarray(page.convert("L"), dtype=np.float32)
    rng = np.random.default_rng(seed)
    if roughness:
        a = a + rng.normal(0, roughness, a.shape).astype(np.float32)
    black = a < threshold
    h, w = black.shape
    for y, x, dy, dx in zip(rng.integers(0, h - 4, specks), rng.integers(0, w - 4, specks),
                            rng.integers(1, 4, specks), rng.integers(1, 4, specks)):
        black[y:y + dy, x:x + dx] = True
    return Image.fromarray(~black)
