/** The regions and chartered cities of Ethiopia, and the sub-cities of Addis Ababa. */

/** English, Amharic. The English name is what an order keeps. */
export const REGIONS = [
  ["Addis Ababa", "አዲስ አበባ"],
  ["Afar", "አፋር"],
  ["Amhara", "አማራ"],
  ["Benishangul-Gumuz", "ቤኒሻንጉል ጉሙዝ"],
  ["Central Ethiopia", "ማዕከላዊ ኢትዮጵያ"],
  ["Dire Dawa", "ድሬዳዋ"],
  ["Gambela", "ጋምቤላ"],
  ["Harari", "ሐረሪ"],
  ["Oromia", "ኦሮሚያ"],
  ["Sidama", "ሲዳማ"],
  ["Somali", "ሶማሌ"],
  ["South Ethiopia", "ደቡብ ኢትዮጵያ"],
  ["South West Ethiopia", "ደቡብ ምዕራብ ኢትዮጵያ"],
  ["Tigray", "ትግራይ"],
] as const;

export const ADDIS_SUB_CITIES = [
  ["Addis Ketema", "አዲስ ከተማ"],
  ["Akaky Kaliti", "አቃቂ ቃሊቲ"],
  ["Arada", "አራዳ"],
  ["Bole", "ቦሌ"],
  ["Gullele", "ጉለሌ"],
  ["Kirkos", "ቂርቆስ"],
  ["Kolfe Keranio", "ኮልፌ ቀራኒዮ"],
  ["Lemi Kura", "ለሚ ኩራ"],
  ["Lideta", "ልደታ"],
  ["Nifas Silk-Lafto", "ንፋስ ስልክ ላፍቶ"],
  ["Yeka", "የካ"],
] as const;
