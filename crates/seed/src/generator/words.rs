//! The words of generated goods in both languages: places, qualities, options. No goods.

use crate::plan::Text;

/// The same word in English and Amharic.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) en: &'static str,
    pub(super) am: &'static str,
}

/// A word in English and Amharic.
pub(super) const fn word(en: &'static str, am: &'static str) -> Word {
    Word { en, am }
}

impl Word {
    /// The word as a text of a plan.
    pub(super) fn text(self) -> Text {
        Text {
            en: self.en.to_owned(),
            am: self.am.to_owned(),
        }
    }
}

/// Something to choose, with the share of the base price in per cent that each value costs.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) code: &'static str,
    pub(super) name: Word,
    pub(super) values: &'static [(&'static str, Word, u64)],
}

/// Where goods come from, or what a series is named after. The Amharic takes the prefixes የ and ከ.
pub(super) const PLACES: &[Word] = &[
    word("Yirgacheffe", "ይርጋጨፌ"),
    word("Sidama", "ሲዳማ"),
    word("Harar", "ሐረር"),
    word("Guji", "ጉጂ"),
    word("Limu", "ሊሙ"),
    word("Jimma", "ጅማ"),
    word("Kaffa", "ካፋ"),
    word("Wollega", "ወለጋ"),
    word("Gondar", "ጎንደር"),
    word("Lalibela", "ላሊበላ"),
    word("Axum", "አክሱም"),
    word("Bahir Dar", "ባሕር ዳር"),
    word("Dorze", "ዶርዜ"),
    word("Konso", "ኮንሶ"),
    word("Arba Minch", "አርባ ምንጭ"),
    word("Hawassa", "ሐዋሳ"),
    word("Adama", "አዳማ"),
    word("Bishoftu", "ቢሾፍቱ"),
    word("Ankober", "አንኮበር"),
    word("Debre Berhan", "ደብረ ብርሃን"),
    word("Dessie", "ደሴ"),
    word("Mekelle", "መቐለ"),
    word("Adwa", "ዓድዋ"),
    word("Dire Dawa", "ድሬዳዋ"),
    word("Jinka", "ጂንካ"),
    word("Bale", "ባሌ"),
    word("Arsi", "አርሲ"),
    word("Gojjam", "ጎጃም"),
    word("Wollo", "ወሎ"),
    word("Raya", "ራያ"),
    word("Gurage", "ጉራጌ"),
    word("Hadiya", "ሀዲያ"),
    word("Gambella", "ጋምቤላ"),
    word("Assosa", "አሶሳ"),
    word("Semera", "ሰመራ"),
    word("Jijiga", "ጅግጅጋ"),
    word("Entoto", "እንጦጦ"),
    word("Merkato", "መርካቶ"),
    word("Bole", "ቦሌ"),
    word("Shiro Meda", "ሽሮ ሜዳ"),
];

pub(super) const OF_FOOD: &[Word] = &[
    word("Choice", "ምርጥ"),
    word("Fresh", "ትኩስ"),
    word("Natural", "ተፈጥሯዊ"),
    word("Traditional", "ባህላዊ"),
    word("Family Farm", "ከቤተሰብ እርሻ የመጣ"),
    word("New-Harvest", "በዘንድሮ ምርት የተዘጋጀ"),
    word("Fragrant", "መዓዛማ"),
    word("Small-Batch", "በአነስተኛ መጠን የተዘጋጀ"),
    word("First-Grade", "ደረጃ አንድ"),
    word("Carefully Packed", "በጥንቃቄ የታሸገ"),
    word("Hand-Gathered", "በእጅ የተሰበሰበ"),
];

pub(super) const OF_CLOTH: &[Word] = &[
    word("Handwoven", "በእጅ የተሸመነ"),
    word("Soft", "ለስላሳ"),
    word("Festive", "ለበዓል የሚሆን"),
    word("Everyday", "ለዘወትር የሚሆን"),
    word("Hand-Embroidered", "በእጅ የተጠለፈ"),
    word("Light", "ቀላል"),
    word("Warm", "የሚሞቅ"),
    word("Plant-Dyed", "በዕፅዋት ቀለም የተነከረ"),
    word("Wide-Bordered", "ሰፊ ጥለት ያለው"),
    word("Fine-Bordered", "ስስ ጥለት ያለው"),
    word("Double-Layered", "ድርብ"),
    word("Elegant", "የሚያምር"),
];

pub(super) const OF_CRAFT: &[Word] = &[
    word("Handmade", "በእጅ የተሠራ"),
    word("Old-Style", "ጥንታዊ ቅርጽ ያለው"),
    word("Sturdy", "ጠንካራ"),
    word("Patterned", "ጥለት ያለው"),
    word("Small", "ትንሽ"),
    word("Large", "ትልቅ"),
    word("Elegant", "የሚያምር"),
    word("Everyday", "ለዘወትር የሚሆን"),
    word("Gift", "ለስጦታ የሚሆን"),
    word("Light", "ቀላል"),
    word("Modern", "ዘመናዊ"),
    word("Traditional", "ባህላዊ"),
];

pub(super) const OF_BOOKS: &[Word] = &[
    word("Illustrated", "በሥዕል የተደገፈ"),
    word("Short", "አጭር"),
    word("New", "አዲስ"),
    word("Annotated", "ማብራሪያ ያለው"),
    word("Pocket", "በኪስ የሚያዝ"),
    word("Revised", "የተሻሻለ"),
    word("Bilingual", "በሁለት ቋንቋ የተዘጋጀ"),
    word("Large-Print", "በትልቅ ፊደል የታተመ"),
];

pub(super) const OF_DEVICES: &[Word] = &[
    word("Compact", "ትንሽና ምቹ"),
    word("Reliable", "አስተማማኝ"),
    word("Long-Lasting", "ረጅም ጊዜ የሚቆይ"),
    word("Dust-Proof", "አቧራ የማይጎዳው"),
    word("Modern", "ዘመናዊ"),
    word("Slim", "ቀጭን"),
    word("Portable", "ተንቀሳቃሽ"),
    word("Energy-Saving", "ኃይል ቆጣቢ"),
    word("Guaranteed", "ዋስትና ያለው"),
    word("Everyday", "ለዘወትር የሚሆን"),
];

pub(super) const OF_CARE: &[Word] = &[
    word("Gentle", "ለስላሳ"),
    word("Natural", "ተፈጥሯዊ"),
    word("Fragrant", "መዓዛማ"),
    word("Rich", "ወፍራም"),
    word("Handmade", "በእጅ የተሠራ"),
    word("Unscented", "ሽታ የሌለው"),
    word("Fresh", "ትኩስ"),
    word("Small-Batch", "በአነስተኛ መጠን የተዘጋጀ"),
];

pub(super) const WEIGHT: Choice = Choice {
    code: "weight",
    name: word("Weight", "ክብደት"),
    values: &[
        ("250g", word("250 g", "250 ግራም"), 100),
        ("500g", word("500 g", "500 ግራም"), 190),
        ("1kg", word("1 kg", "1 ኪሎ"), 365),
        ("5kg", word("5 kg", "5 ኪሎ"), 1_750),
    ],
};

pub(super) const VOLUME: Choice = Choice {
    code: "volume",
    name: word("Volume", "መጠን"),
    values: &[
        ("30ml", word("30 ml", "30 ሚሊ ሊትር"), 100),
        ("100ml", word("100 ml", "100 ሚሊ ሊትር"), 260),
        ("250ml", word("250 ml", "250 ሚሊ ሊትር"), 560),
    ],
};

pub(super) const SIZE: Choice = Choice {
    code: "size",
    name: word("Size", "ልክ"),
    values: &[
        ("s", word("S", "ትንሽ (S)"), 100),
        ("m", word("M", "መካከለኛ (M)"), 100),
        ("l", word("L", "ትልቅ (L)"), 103),
        ("xl", word("XL", "በጣም ትልቅ (XL)"), 106),
    ],
};

pub(super) const AGE: Choice = Choice {
    code: "age",
    name: word("Age", "ዕድሜ"),
    values: &[
        ("2-3", word("2-3 years", "ከ2-3 ዓመት"), 100),
        ("4-5", word("4-5 years", "ከ4-5 ዓመት"), 105),
        ("6-7", word("6-7 years", "ከ6-7 ዓመት"), 110),
        ("8-9", word("8-9 years", "ከ8-9 ዓመት"), 115),
    ],
};

pub(super) const SHOE_SIZE: Choice = Choice {
    code: "shoe-size",
    name: word("Shoe size", "የጫማ ቁጥር"),
    values: &[
        ("39", word("EU 39", "ቁጥር 39"), 100),
        ("40", word("EU 40", "ቁጥር 40"), 100),
        ("41", word("EU 41", "ቁጥር 41"), 100),
        ("42", word("EU 42", "ቁጥር 42"), 100),
    ],
};

pub(super) const COLOUR: Choice = Choice {
    code: "colour",
    name: word("Colour", "ቀለም"),
    values: &[
        ("black", word("Black", "ጥቁር"), 100),
        ("brown", word("Brown", "ቡናማ"), 100),
        ("red", word("Red", "ቀይ"), 104),
        ("blue", word("Blue", "ሰማያዊ"), 104),
    ],
};

pub(super) const TIBEB: Choice = Choice {
    code: "tibeb",
    name: word("Tibeb border", "የጥለት ቀለም"),
    values: &[
        ("gold", word("Gold", "ወርቃማ"), 100),
        ("red", word("Red", "ቀይ"), 100),
        ("green", word("Green", "አረንጓዴ"), 100),
        ("blue", word("Blue", "ሰማያዊ"), 100),
    ],
};

pub(super) const METAL: Choice = Choice {
    code: "metal",
    name: word("Metal", "ማዕድን"),
    values: &[
        ("silver", word("Silver 925", "925 ብር"), 100),
        ("gold-plated", word("Gold-plated silver", "የወርቅ ቅብ ብር"), 122),
    ],
};

pub(super) const DIAMETER: Choice = Choice {
    code: "diameter",
    name: word("Diameter", "ስፋት"),
    values: &[
        ("25cm", word("25 cm", "25 ሳ.ሜ"), 100),
        ("35cm", word("35 cm", "35 ሳ.ሜ"), 150),
        ("45cm", word("45 cm", "45 ሳ.ሜ"), 225),
    ],
};

pub(super) const BINDING: Choice = Choice {
    code: "binding",
    name: word("Binding", "አጠራረዝ"),
    values: &[
        ("paperback", word("Paperback", "ስስ ሽፋን"), 100),
        ("hardcover", word("Hardcover", "ጠንካራ ሽፋን"), 160),
    ],
};

pub(super) const LANGUAGE: Choice = Choice {
    code: "language",
    name: word("Language", "ቋንቋ"),
    values: &[
        ("amharic", word("Amharic", "አማርኛ"), 100),
        ("english", word("English", "እንግሊዝኛ"), 100),
    ],
};

pub(super) const STORAGE: Choice = Choice {
    code: "storage",
    name: word("Storage", "የማከማቻ መጠን"),
    values: &[
        ("64gb", word("64 GB", "64 ጊጋባይት"), 100),
        ("128gb", word("128 GB", "128 ጊጋባይት"), 115),
        ("256gb", word("256 GB", "256 ጊጋባይት"), 138),
    ],
};
