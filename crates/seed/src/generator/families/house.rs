//! Generated goods: what a house needs. Nothing but words and prices.

use super::{Family, good};
use crate::generator::words::{
    BINDING, COLOUR, DIAMETER, LANGUAGE, OF_BOOKS, OF_CARE, OF_CRAFT, OF_DEVICES, STORAGE, VOLUME,
    word,
};
use crate::picture::Glyph;

pub(super) const CEREMONY: Family = Family {
    glyph: Glyph::Jebena,
    categories: &["coffee-ceremony", "home"],
    brands: &["gojo-home"],
    qualities: OF_CRAFT,
    goods: &[
        good("Jebena", "ጀበና", 380, 980),
        good("Sini Cup Set", "የሲኒ ስብስብ", 720, 1900),
        good("Rekebot", "ረከቦት", 3600, 7800),
        good("Incense Burner", "ማጨሻ", 260, 720),
    ],
    facts: &[
        word("Ready for the three rounds", "ለሦስቱ ዙር የተዘጋጀ ነው"),
        word(
            "Made by potters who sign their work",
            "በሸክላ ሠሪዎች እጅ የተሠራ ነው",
        ),
    ],
    choices: &[COLOUR],
};

pub(super) const BASKETS: Family = Family {
    glyph: Glyph::Basket,
    categories: &["baskets", "home"],
    brands: &["five-gates", "gojo-home"],
    qualities: OF_CRAFT,
    goods: &[
        good("Mesob", "መሶብ", 2800, 5200),
        good("Wall Basket", "የግድግዳ ስፌት", 900, 1900),
        good("Bread Basket", "የዳቦ ሙዳይ", 950, 2100),
        good("Sefed Tray", "ሰፌድ", 480, 1100),
    ],
    facts: &[
        word(
            "Coiled tightly from dyed grass",
            "ከተቀለመ አለላ ጠበቅ ተደርጎ የተሰፋ ነው",
        ),
        word("Wipe it and never soak it", "ይጠረጋል እንጂ አይዘፈዘፍም"),
    ],
    choices: &[DIAMETER],
};

pub(super) const LIGHTING: Family = Family {
    glyph: Glyph::Lamp,
    categories: &["lighting", "home"],
    brands: &["fanos-light"],
    qualities: OF_DEVICES,
    goods: &[
        good("Solar Lantern", "የፀሐይ ፋኖስ", 1600, 3800),
        good("Table Lamp", "የጠረጴዛ መብራት", 1400, 4600),
        good("Torch", "የእጅ ባትሪ", 420, 1300),
    ],
    facts: &[
        word(
            "Shines for twelve hours on one charge",
            "በአንድ ሙሌት አሥራ ሁለት ሰዓት ያበራል",
        ),
        word("Made for unsteady voltage", "መብራት ከፍ ዝቅ ሲል አይጎዳም"),
    ],
    choices: &[COLOUR],
};

pub(super) const BOOKS: Family = Family {
    glyph: Glyph::Book,
    categories: &["books"],
    brands: &["fidel-house"],
    qualities: OF_BOOKS,
    goods: &[
        good("Cookbook", "የምግብ መጽሐፍ", 420, 980),
        good("Travel Guide", "የጉዞ መመሪያ", 380, 860),
        good("Folk Tales", "ተረቶች", 260, 620),
        good("History", "ታሪክ", 390, 980),
        good("Novel", "ልብ ወለድ", 320, 720),
        good("Photo Book", "የፎቶ መጽሐፍ", 780, 1900),
    ],
    facts: &[
        word("Printed on cream paper", "በክሬም ወረቀት የታተመ ነው"),
        word("With an index and a map", "ማውጫና ካርታ አለው"),
    ],
    choices: &[BINDING, LANGUAGE],
};

pub(super) const PHONES: Family = Family {
    glyph: Glyph::Phone,
    categories: &["phones", "electronics"],
    brands: &["nigat-mobile"],
    qualities: OF_DEVICES,
    goods: &[
        good("Smartphone", "ስማርት ስልክ", 11_500, 46_000),
        good("Tablet", "ታብሌት", 14_500, 42_000),
    ],
    facts: &[
        word(
            "Types Amharic from the first start",
            "ከመጀመሪያው ጀምሮ አማርኛ ይጽፋል",
        ),
        word(
            "Two SIM cards and a year of guarantee",
            "ሁለት ሲምና የአንድ ዓመት ዋስትና አለው",
        ),
    ],
    choices: &[STORAGE],
};

pub(super) const SOUND: Family = Family {
    glyph: Glyph::Headphones,
    categories: &["accessories", "electronics"],
    brands: &["dimts-audio"],
    qualities: OF_DEVICES,
    goods: &[
        good("Headphones", "የጆሮ ማዳመጫ", 1900, 6400),
        good("Speaker", "ድምፅ ማጉያ", 2200, 6800),
        good("Power Bank", "ፓወር ባንክ", 1900, 4200),
        good("Charger", "ቻርጀር", 650, 1900),
    ],
    facts: &[
        word("The cable can be replaced", "ገመዱ ይቀየራል"),
        word("Guaranteed for a year", "የአንድ ዓመት ዋስትና አለው"),
    ],
    choices: &[COLOUR],
};

pub(super) const CARE: Family = Family {
    glyph: Glyph::Soap,
    categories: &["beauty"],
    brands: &["endod-care"],
    qualities: OF_CARE,
    goods: &[
        good("Hair Oil", "የፀጉር ዘይት", 140, 260),
        good("Body Oil", "የገላ ዘይት", 150, 290),
        good("Rose Water", "ጽጌረዳ ውኃ", 95, 180),
        good("Liquid Soap", "ፈሳሽ ሳሙና", 90, 160),
    ],
    facts: &[
        word("Made without artificial colour", "ያለ ሰው ሠራሽ ቀለም የተዘጋጀ ነው"),
        word("Bottled in dark glass", "በጥቁር ጠርሙስ የታሸገ ነው"),
    ],
    choices: &[VOLUME],
};
