//! Generated goods: food and drink. Nothing but words and prices.

use super::{Family, good};
use crate::generator::words::{OF_FOOD, WEIGHT, word};
use crate::picture::Glyph;

pub(super) const COFFEE: Family = Family {
    glyph: Glyph::Cup,
    categories: &["roasted-coffee", "coffee"],
    brands: &["three-rounds", "goat-and-forest"],
    qualities: OF_FOOD,
    goods: &[
        good("Coffee", "ቡና", 420, 760),
        good("Dark Roast Coffee", "ጠቆር ብሎ የተቆላ ቡና", 430, 740),
        good("Light Roast Coffee", "ፈዘዝ ብሎ የተቆላ ቡና", 450, 780),
        good("Peaberry Coffee", "ክብ ፍሬ ቡና", 560, 860),
        good("Ground Coffee", "የተፈጨ ቡና", 400, 700),
    ],
    facts: &[
        word(
            "Best within six weeks of roasting",
            "ከተቆላ በስድስት ሳምንት ውስጥ ቢጠጣ ይመረጣል",
        ),
        word("Made for the jebena", "ለጀበና የተመቸ ነው"),
        word(
            "Sweet in the first cup and in the third",
            "ከአቦል እስከ በረካ ይጣፍጣል",
        ),
    ],
    choices: &[WEIGHT],
};

pub(super) const GREEN: Family = Family {
    glyph: Glyph::Cup,
    categories: &["green-coffee", "coffee"],
    brands: &["goat-and-forest"],
    qualities: OF_FOOD,
    goods: &[
        good("Green Coffee", "ጥሬ ቡና", 260, 420),
        good("Washed Green Coffee", "የታጠበ ጥሬ ቡና", 300, 460),
        good("Forest Green Coffee", "የጫካ ጥሬ ቡና", 320, 520),
    ],
    facts: &[
        word("Sorted by hand and dried slowly", "በእጅ ተለቅሞ ቀስ ብሎ የደረቀ ነው"),
        word("Roast it on your own pan", "በራስዎ ምጣድ ይቁሉት"),
    ],
    choices: &[WEIGHT],
};

pub(super) const SPICES: Family = Family {
    glyph: Glyph::Spice,
    categories: &["spices"],
    brands: &["emaye-kitchen"],
    qualities: OF_FOOD,
    goods: &[
        good("Berbere", "በርበሬ", 240, 380),
        good("Mitmita", "ሚጥሚጣ", 300, 450),
        good("Korerima", "ኮረሪማ", 420, 680),
        good("Turmeric", "እርድ", 120, 210),
        good("Black Cumin", "ጥቁር አዝሙድ", 220, 360),
        good("Dried Ginger", "የደረቀ ዝንጅብል", 160, 290),
        good("Fenugreek", "አብሽ", 110, 190),
    ],
    facts: &[
        word(
            "Dried in the sun and ground to order",
            "በፀሐይ ደርቆ በትእዛዝ ይፈጫል",
        ),
        word("A spoonful changes the pot", "አንድ ማንኪያ ወጡን ይለውጠዋል"),
    ],
    choices: &[WEIGHT],
};

pub(super) const GRAINS: Family = Family {
    glyph: Glyph::Teff,
    categories: &["grains"],
    brands: &["golden-ear"],
    qualities: OF_FOOD,
    goods: &[
        good("White Teff", "ነጭ ጤፍ", 60, 95),
        good("Red Teff", "ቀይ ጤፍ", 60, 85),
        good("Barley", "ገብስ", 60, 80),
        good("Chickpeas", "ሽምብራ", 60, 95),
        good("Lentils", "ምስር", 65, 110),
        good("Shiro", "ሽሮ", 90, 160),
        good("Kolo", "ቆሎ", 90, 150),
    ],
    facts: &[
        word(
            "Sifted twice and free of stones",
            "ሁለት ጊዜ የተነፋና ድንጋይ የሌለበት ነው",
        ),
        word(
            "Bought straight from the threshing floor",
            "በቀጥታ ከአውድማ የተገዛ ነው",
        ),
    ],
    choices: &[WEIGHT],
};

pub(super) const HONEY: Family = Family {
    glyph: Glyph::Honey,
    categories: &["honey"],
    brands: &["goat-and-forest"],
    qualities: OF_FOOD,
    goods: &[
        good("White Honey", "ነጭ ማር", 360, 560),
        good("Red Honey", "ቀይ ማር", 300, 480),
        good("Forest Honey", "የጫካ ማር", 320, 520),
    ],
    facts: &[
        word(
            "Strained once and never heated",
            "አንዴ ብቻ የተጠለለ፣ እሳት ያልነካው ነው",
        ),
        word(
            "From hives that are visited twice a year",
            "በዓመት ሁለት ጊዜ ከሚቆረጡ ቀፎዎች የመጣ ነው",
        ),
    ],
    choices: &[WEIGHT],
};
