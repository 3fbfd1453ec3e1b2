import type { Language } from "@/lib/language";

/** Regions as LINE numbers them: Taiwan's 22, Japan's 47 in the order of its prefectures, Thailand's 8. */
const TAIWAN = "臺北市,新北市,桃園市,臺中市,臺南市,高雄市,基隆市,新竹市,嘉義市,新竹縣,苗栗縣,彰化縣,南投縣,雲林縣,嘉義縣,屏東縣,宜蘭縣,花蓮縣,臺東縣,澎湖縣,金門縣,連江縣";
const TAIWAN_ENGLISH =
  "Taipei City,New Taipei City,Taoyuan City,Taichung City,Tainan City,Kaohsiung City,Keelung City,Hsinchu City,Chiayi City,Hsinchu County,Miaoli County,Changhua County,Nantou County,Yunlin County,Chiayi County,Pingtung County,Yilan County,Hualien County,Taitung County,Penghu County,Kinmen County,Lienchiang County";
const JAPAN =
  "北海道,青森県,岩手県,宮城県,秋田県,山形県,福島県,茨城県,栃木県,群馬県,埼玉県,千葉県,東京都,神奈川県,新潟県,富山県,石川県,福井県,山梨県,長野県,岐阜県,静岡県,愛知県,三重県,滋賀県,京都府,大阪府,兵庫県,奈良県,和歌山県,鳥取県,島根県,岡山県,広島県,山口県,徳島県,香川県,愛媛県,高知県,福岡県,佐賀県,長崎県,熊本県,大分県,宮崎県,鹿児島県,沖縄県";
const JAPAN_ENGLISH =
  "Hokkaido,Aomori,Iwate,Miyagi,Akita,Yamagata,Fukushima,Ibaraki,Tochigi,Gunma,Saitama,Chiba,Tokyo,Kanagawa,Niigata,Toyama,Ishikawa,Fukui,Yamanashi,Nagano,Gifu,Shizuoka,Aichi,Mie,Shiga,Kyoto,Osaka,Hyogo,Nara,Wakayama,Tottori,Shimane,Okayama,Hiroshima,Yamaguchi,Tokushima,Kagawa,Ehime,Kochi,Fukuoka,Saga,Nagasaki,Kumamoto,Oita,Miyazaki,Kagoshima,Okinawa";
const THAILAND: Record<Language, string> = {
  "zh-TW": "曼谷,芭達雅,泰國北部,泰國中部,泰國南部,泰國東部,泰國東北部,泰國西部",
  ja: "バンコク,パタヤ,タイ北部,タイ中部,タイ南部,タイ東部,タイ東北部,タイ西部",
  en: "Bangkok,Pattaya,Northern Thailand,Central Thailand,Southern Thailand,Eastern Thailand,Northeastern Thailand,Western Thailand",
};

export interface Area {
  value: string;
  label: string;
}

function numbered(land: string, names: string): Area[] {
  return names.split(",").map((label, index) => ({ value: `${land}_${String(index + 1).padStart(2, "0")}`, label }));
}

export function areas(language: Language): Area[] {
  const english = language === "en";
  return [
    ...numbered("tw", english ? TAIWAN_ENGLISH : TAIWAN),
    ...numbered("jp", english ? JAPAN_ENGLISH : JAPAN),
    ...numbered("th", THAILAND[language]),
  ];
}
