const WORDS = {
  "zh-TW": {
    coupon: "優惠券",
    couponTap: "點此查看優惠券",
    couponTaken: "已領取",
    couponUsed: "已使用",
    couponOver: "已結束",
    until: "有效期限",
    location: "位置資訊",
    audio: "語音訊息",
    unknown: "這種訊息無法預覽",
    video: "播放影片",
  },
  ja: {
    coupon: "クーポン",
    couponTap: "クーポンを見る",
    couponTaken: "獲得済み",
    couponUsed: "使用済み",
    couponOver: "終了しました",
    until: "有効期限",
    location: "位置情報",
    audio: "音声メッセージ",
    unknown: "このメッセージはプレビューできません",
    video: "動画を再生",
  },
  en: {
    coupon: "Coupon",
    couponTap: "View coupon",
    couponTaken: "Claimed",
    couponUsed: "Used",
    couponOver: "Ended",
    until: "Valid until",
    location: "Location",
    audio: "Voice message",
    unknown: "This message cannot be previewed",
    video: "Play video",
  },
} as const;

export type Locale = keyof typeof WORDS;
export type Word = keyof (typeof WORDS)["en"];

export function word(locale: Locale | undefined, name: Word): string {
  return WORDS[locale ?? "zh-TW"][name];
}
