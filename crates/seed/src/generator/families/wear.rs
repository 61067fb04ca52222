//! Generated goods: what is worn. Nothing but words and prices.

use super::{Family, good};
use crate::generator::words::{
    AGE, COLOUR, METAL, OF_CLOTH, OF_CRAFT, SHOE_SIZE, SIZE, TIBEB, word,
};
use crate::picture::Glyph;

pub(super) const KEMIS: Family = Family {
    glyph: Glyph::Dress,
    categories: &["habesha-kemis", "women"],
    brands: &["forty-looms", "highland-loom"],
    qualities: OF_CLOTH,
    goods: &[
        good("Habesha Kemis", "የሐበሻ ቀሚስ", 5800, 16_500),
        good("Feast Dress", "የበዓል ቀሚስ", 6900, 18_500),
        good("Short Kemis", "አጭር የሐበሻ ቀሚስ", 4900, 8200),
        good("Evening Dress", "የምሽት ቀሚስ", 7800, 15_500),
    ],
    facts: &[
        word("The border runs from neck to hem", "ጥለቱ ከአንገት እስከ ጫፍ ይደርሳል"),
        word(
            "A netela in the same pattern is included",
            "ተመሳሳይ ጥለት ያለው ነጠላ አብሮት አለ",
        ),
    ],
    choices: &[SIZE, TIBEB],
};

pub(super) const MEN: Family = Family {
    glyph: Glyph::Shirt,
    categories: &["men"],
    brands: &["forty-looms", "highland-loom"],
    qualities: OF_CLOTH,
    goods: &[
        good("Cotton Shirt", "የጥጥ ሸሚዝ", 1900, 3400),
        good("Vest", "ሰደርያ", 2600, 4400),
        good("Trousers", "ሱሪ", 1800, 3200),
        good("Habesha Suit", "የሐበሻ ሙሉ ልብስ", 5900, 9800),
    ],
    facts: &[
        word("Gets softer with each wash", "በታጠበ ቁጥር ይለሰልሳል"),
        word("Cut for work days and feast days", "ለሥራ ቀንም ለበዓልም የተሰፋ ነው"),
    ],
    choices: &[SIZE, COLOUR],
};

pub(super) const CHILDREN: Family = Family {
    glyph: Glyph::Shirt,
    categories: &["children"],
    brands: &["chora-kids"],
    qualities: OF_CLOTH,
    goods: &[
        good("Children's Shirt", "የልጆች ሸሚዝ", 680, 1500),
        good("Children's Feast Set", "የልጆች የበዓል ልብስ", 2400, 3900),
        good("Children's Jacket", "የልጆች ጃኬት", 1600, 2900),
    ],
    facts: &[
        word("Strong at the knees and elbows", "ጉልበቱና ክርኑ የጠነከረ ነው"),
        word("There is room to grow", "ለማደግ ቦታ አለው"),
    ],
    choices: &[AGE, COLOUR],
};

pub(super) const SHAWLS: Family = Family {
    glyph: Glyph::Scarf,
    categories: &["netela-and-gabi"],
    brands: &["highland-loom", "forty-looms"],
    qualities: OF_CLOTH,
    goods: &[
        good("Netela", "ነጠላ", 1100, 3200),
        good("Gabi", "ጋቢ", 3400, 6200),
        good("Kuta", "ኩታ", 2900, 5200),
        good("Scarf", "የአንገት ልብስ", 750, 1800),
        good("Blanket", "ብርድ ልብስ", 2800, 7200),
    ],
    facts: &[
        word(
            "Woven in two widths and joined by hand",
            "ሁለት ግማሽ ተሸምኖ በእጅ የተገጣጠመ ነው",
        ),
        word("Warm at night and cool at noon", "ሌሊት ያሞቃል፣ ቀን አይከብድም"),
    ],
    choices: &[TIBEB],
};

pub(super) const SHOES: Family = Family {
    glyph: Glyph::Shoe,
    categories: &["shoes", "shoes-and-leather"],
    brands: &["rucha"],
    qualities: OF_CRAFT,
    goods: &[
        good("Sneaker", "ስኒከር", 3600, 6800),
        good("Leather Shoe", "የቆዳ ጫማ", 4200, 7600),
        good("Boot", "ቡትስ", 5600, 8900),
        good("Sandal", "ሰንደል", 1200, 3200),
    ],
    facts: &[
        word(
            "The sole can be replaced by any cobbler",
            "ሶሉን ማንኛውም ጫማ ሰሪ መቀየር ይችላል",
        ),
        word("Tested on cobbles and mud", "በኮብልስቶንና በጭቃ ላይ ተሞክሯል"),
    ],
    choices: &[SHOE_SIZE],
};

pub(super) const BAGS: Family = Family {
    glyph: Glyph::Bag,
    categories: &["bags", "shoes-and-leather"],
    brands: &["gedamu-leather"],
    qualities: OF_CRAFT,
    goods: &[
        good("Leather Bag", "የቆዳ ቦርሳ", 3900, 9800),
        good("Backpack", "የጀርባ ቦርሳ", 3400, 7600),
        good("Wallet", "የኪስ ቦርሳ", 900, 1900),
        good("Belt", "ቀበቶ", 1100, 2100),
        good("Travel Bag", "የጉዞ ሻንጣ", 8200, 15_500),
    ],
    facts: &[
        word("Sewn with waxed thread", "በሰም ክር የተሰፋ ነው"),
        word("Cut from highland hide", "ከደጋ ቆዳ የተሠራ ነው"),
    ],
    choices: &[COLOUR],
};

pub(super) const JEWELLERY: Family = Family {
    glyph: Glyph::Cross,
    categories: &["jewellery"],
    brands: &["obelisk-silver"],
    qualities: OF_CRAFT,
    goods: &[
        good("Cross Pendant", "የመስቀል ጌጥ", 2600, 6200),
        good("Earrings", "የጆሮ ጌጥ", 1800, 4200),
        good("Necklace", "ሐብል", 2900, 7800),
        good("Bracelet", "አምባር", 1400, 4600),
    ],
    facts: &[
        word(
            "Cast by lost wax and finished by hand",
            "በሰም ቅርጽ ቀልጦ በእጅ የተጠናቀቀ ነው",
        ),
        word("Comes in a small woven case", "በትንሽ ሙዳይ ይቀርባል"),
    ],
    choices: &[METAL],
};
