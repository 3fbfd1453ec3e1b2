import { useMemo } from "react";
import { type Language, useLanguage } from "@/lib/language";

const LOCALE: Record<Language, string> = { "zh-TW": "zh-TW", ja: "ja-JP", en: "en-GB" };
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The clock of the workspace; "day" in the console means a day there, wherever the reader sits. */
let zone = "Asia/Taipei";

export function setTimeZone(name: string): void {
  zone = name;
}

export function timeZone(): string {
  return zone;
}

/** How far the server's clock is ahead of this one. It is behind where an answer was kept for a while: that says nothing. */
let aheadMs = 0;

/** Hear what time it is at the server, which says so with what it answers. */
export function hearTime(asOf: string, here = Date.now()): void {
  aheadMs = Math.max(aheadMs, new Date(asOf).getTime() - here);
}

/** What time it is, by the clock that everything on a page was told by. */
export function present(): Date {
  return new Date(Date.now() + aheadMs);
}

export interface Format {
  number: (value: number) => string;
  percent: (share: number, digits?: number) => string;
  money: (value: number, currency?: string) => string;
  date: (at: string | Date) => string;
  time: (at: string | Date) => string;
  moment: (at: string | Date) => string;
  ago: (at: string | Date, now?: Date) => string;
}

/** How numbers and times are written in a language. */
export function formatIn(language: Language): Format {
  const locale = LOCALE[language];
  const number = new Intl.NumberFormat(locale);
  const date = new Intl.DateTimeFormat(locale, { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const time = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return {
    number: (value) => number.format(value),
    percent: (share, digits = 1) =>
      new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }).format(share),
    money: (value, currency = "TWD") =>
      new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        currencyDisplay: currency === "TWD" && language === "en" ? "code" : "symbol",
        maximumFractionDigits: 0,
      })
        .format(value)
        .replace(/^\$/, "NT$"),
    date: (at) => date.format(new Date(at)),
    time: (at) => time.format(new Date(at)),
    moment: (at) => `${date.format(new Date(at))} ${time.format(new Date(at))}`,
    ago: (at, now = present()) => {
      const gone = new Date(at).getTime() - now.getTime();
      const size = Math.abs(gone);
      if (size < MINUTE) return relative.format(Math.round(gone / SECOND), "second");
      if (size < HOUR) return relative.format(Math.round(gone / MINUTE), "minute");
      if (size < DAY) return relative.format(Math.round(gone / HOUR), "hour");
      if (size < 60 * DAY) return relative.format(Math.round(gone / DAY), "day");
      return date.format(new Date(at));
    },
  };
}

export function useFormat(): Format {
  const language = useLanguage();
  return useMemo(() => formatIn(language), [language]);
}
