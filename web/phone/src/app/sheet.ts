import { el, icon, picture } from "../line/dom";
import type { Action } from "../line/render";
import type { Hop, Phone, SimCoupon } from "./api";
import { locale, t } from "./words";

const CROSS = "M6 6l12 12 M18 6L6 18";
const LINE_HOSTS: Record<string, string> = { "access.line.me": "", "liff.line.me": "/liff" };
const HERE = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** What slides over the chat: a browser, a coupon, a picker. One at a time. */
export class Sheet {
  readonly root = el("div", "sheet");
  private opened: HTMLElement | undefined;

  constructor() {
    this.root.hidden = true;
    window.addEventListener("message", (event: MessageEvent<{ simulator?: string }>) => {
      if (event.data.simulator === "close") this.close();
    });
  }

  close(): void {
    this.root.hidden = true;
    this.root.replaceChildren();
    this.opened?.focus();
  }

  private show(title: string, host: string, body: HTMLElement, address?: string, full = true): void {
    this.opened = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    const close = el("button", "sheet-close", icon(CROSS));
    close.type = "button";
    close.setAttribute("aria-label", t("close"));
    close.addEventListener("click", () => this.close());
    const names = el("div", "sheet-names", el("b", "", title), host ? el("small", "", host) : undefined);
    const bar = el("div", "sheet-bar", close, names);
    if (address) {
      const link = el("a", "sheet-out", icon("M14 5h5v5 M19 5l-8 8 M17 14v5H5V7h5"));
      link.href = address;
      link.target = "_blank";
      link.rel = "noreferrer";
      link.title = t("openTab");
      bar.append(link);
    }
    const panel = el("div", full ? "sheet-panel" : "sheet-panel sheet-low", bar, body);
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", title);
    this.root.replaceChildren(panel);
    this.root.hidden = false;
    close.focus();
  }

  /** Open a page as this person; pages outside this machine are only named. */
  browse(phone: Phone, address: string, hops: readonly Hop[] = []): void {
    const end = hops.at(-1)?.url ?? address;
    const url = seen(end);
    if (!url) {
      this.outside(end, hops);
      return;
    }
    document.cookie = `sim_user=${phone.person}; path=/; samesite=lax`;
    const frame = el("iframe", "sheet-frame");
    frame.title = url.host;
    frame.setAttribute("sandbox", "allow-forms allow-scripts allow-same-origin allow-popups allow-modals");
    frame.src = url.href;
    this.show("LINE", url.host, frame, url.href);
  }

  private outside(address: string, hops: readonly Hop[]): void {
    const body = el(
      "div",
      "sheet-outside",
      icon("M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z M3 12h18 M12 3c3 3 3 15 0 18 M12 3c-3 3-3 15 0 18"),
      el("b", "", t("outside")),
      el("code", "", address),
      el("p", "", t("outsideNote")),
      hops.length > 1 && el("small", "", `${t("way")} ${hops.slice(0, -1).map((one) => one.url).join(" → ")}`),
    );
    this.show(host(address), "", body);
  }

  /** Show a picture at full size. */
  image(address: string): void {
    this.show("", "", el("div", "sheet-image", picture(address)));
  }

  /** LINE's own page of a coupon. */
  coupon(phone: Phone, known: SimCoupon): void {
    const body = el("div", "coupon-page");
    const draw = (one: SimCoupon) => {
      const state = one.lost ? t("lost") : one.used && !one.usable ? t("used") : one.running === false ? t("over") : "";
      const button = el("button", "coupon-deed", state || (one.taken ? t("use") : t("take")));
      button.type = "button";
      button.disabled = Boolean(state);
      button.addEventListener("click", () => {
        void phone.coupon(one.coupon_id, one.taken ? "use" : "take").then(draw);
      });
      const ends = new Date((one.endTimestamp ?? 0) * 1000).toLocaleDateString(locale());
      body.replaceChildren(
        el("div", "coupon-face", one.imageUrl ? picture(one.imageUrl) : icon("M3 8a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v2a2 2 0 0 0 0 4v2a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-2a2 2 0 0 0 0-4z")),
        el("h2", "", one.title),
        el("p", "coupon-until", `${t("until")} ${ends}`),
        ...(one.description ? [el("p", "", one.description)] : []),
        ...(one.couponCode && one.taken ? [el("p", "coupon-code", `${t("code")} `, el("b", "", one.couponCode))] : []),
        ...(one.usageCondition ? [el("p", "", `${t("condition")}：${one.usageCondition}`)] : []),
        button,
        el("small", "", t("useNote")),
      );
    };
    draw(known);
    this.show(known.title, "", body);
  }

  /** Ask for a day, a time or both; the answer is what LINE puts into the postback. */
  pick(action: Action, picked: (params: Record<string, string>) => void): void {
    const mode = String(action.mode);
    const field = el("input", "pick-field");
    field.type = mode === "datetime" ? "datetime-local" : mode;
    for (const name of ["initial", "min", "max"] as const) {
      const value = action[name];
      if (typeof value === "string") field[name === "initial" ? "value" : name] = value.replace("t", "T");
    }
    const ok = el("button", "coupon-deed", t("pick"));
    ok.type = "button";
    ok.addEventListener("click", () => {
      if (!field.value) return;
      this.close();
      picked({ [mode]: field.value });
    });
    this.show(action.label ?? "", "", el("div", "pick-page", field, ok), undefined, false);
  }
}

/** Return where a phone really goes: LINE's own pages are the simulator's, others only on this machine. */
function seen(address: string): URL | undefined {
  try {
    const url = new URL(address, location.href);
    const prefix = LINE_HOSTS[url.hostname];
    if (prefix !== undefined) return new URL(prefix + url.pathname + url.search + url.hash, location.origin);
    return url.protocol === "http:" && HERE.has(url.hostname) ? url : undefined;
  } catch {
    return undefined;
  }
}

function host(address: string): string {
  try {
    return new URL(address).host || address;
  } catch {
    return address;
  }
}
