//! The colours of a picture: twenty even hues, chosen by a hash of the key. No shapes.

/// Five colours that go together, as `#rrggbb`.
///
/// All palettes share the same lightness per role, so that a page of pictures looks calm and text
/// on `dark` is always readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Palette {
    pub(super) ground: &'static str,
    pub(super) light: &'static str,
    pub(super) main: &'static str,
    pub(super) dark: &'static str,
    pub(super) accent: &'static str,
}

/// The twenty palettes around the colour circle.
const PALETTES: [Palette; 20] = [
    Palette::new("#fff2f3", "#fdccd2", "#cb5e73", "#612733", "#30b4ad"),
    Palette::new("#fdf3f2", "#fdcdc9", "#cd605a", "#622826", "#f0b135"),
    Palette::new("#fff3ef", "#fccfc1", "#cb6443", "#612a19", "#30b4ad"),
    Palette::new("#fef3ee", "#fad1bb", "#c7692c", "#5f2d0c", "#69b27a"),
    Palette::new("#fdf4ec", "#f6d3b6", "#c06f0a", "#5c3100", "#30b4ad"),
    Palette::new("#fdf4e9", "#f1d6b3", "#b2790c", "#543600", "#69b27a"),
    Palette::new("#fbf5e8", "#ead9b2", "#a5810c", "#4d3a01", "#e05b4a"),
    Palette::new("#f7f7e9", "#e0ddb4", "#938a00", "#433f00", "#e05b4a"),
    Palette::new("#f3f8eb", "#d2e2ba", "#739425", "#334407", "#eab532"),
    Palette::new("#eff9ef", "#c5e5c5", "#479c4d", "#1b481f", "#eab532"),
    Palette::new("#ecfaf2", "#bce7ce", "#019f68", "#014a2e", "#eab532"),
    Palette::new("#eafaf5", "#b6e7d9", "#069c82", "#00493b", "#eab532"),
    Palette::new("#e9faf9", "#b1e7e4", "#109a96", "#024745", "#eab532"),
    Palette::new("#e9f9fd", "#b1e5ef", "#1397a9", "#03464f", "#eab532"),
    Palette::new("#edf8fe", "#b7e2f9", "#0d92c4", "#01435d", "#eab532"),
    Palette::new("#f1f6fd", "#c1deff", "#3e89d7", "#163e68", "#eab532"),
    Palette::new("#f3f6fd", "#cddafe", "#667fda", "#2c3969", "#eab532"),
    Palette::new("#f6f4ff", "#dbd5fd", "#8974d3", "#3f3366", "#eab532"),
    Palette::new("#fbf2fe", "#ead0f3", "#a968bc", "#4f2d5a", "#eab532"),
    Palette::new("#fdf2f8", "#f7cde3", "#c06099", "#5b2847", "#eab532"),
];

impl Palette {
    const fn new(
        ground: &'static str,
        light: &'static str,
        main: &'static str,
        dark: &'static str,
        accent: &'static str,
    ) -> Self {
        Self {
            ground,
            light,
            main,
            dark,
            accent,
        }
    }

    /// The palette of a key's hash; every hash has one.
    pub(super) fn of(hash: u64) -> Self {
        let [first, ..] = PALETTES;
        let index = usize::try_from(hash % 20).unwrap_or(0);
        PALETTES.get(index).copied().unwrap_or(first)
    }

    /// Replaces the colour marks `$g $l $m $d $a` (ground, light, main, dark, accent) of a
    /// drawing, and appends it to `svg`.
    pub(super) fn paint(self, drawing: &str, svg: &mut String) {
        let mut parts = drawing.split('$');
        svg.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let mut rest = part.chars();
            svg.push_str(match rest.next() {
                Some('g') => self.ground,
                Some('l') => self.light,
                Some('m') => self.main,
                Some('d') => self.dark,
                _ => self.accent,
            });
            svg.push_str(rest.as_str());
        }
    }
}
