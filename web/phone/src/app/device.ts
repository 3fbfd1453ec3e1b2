import { el, icon, picture, tappable } from "../line/dom";
import type { Action } from "../line/render";
import type { Done, FromAccount, Menu, Phone, Screen } from "./api";
import { clock, drawChat } from "./chat";
import { Sheet } from "./sheet";
import { locale, t } from "./words";

const BACK = "M15 5l-7 7 7 7";
const KEYBOARD = "M4 7h16v10H4z M7 10h.01 M11 10h.01 M15 10h.01 M8 14h8";
const LINES = "M4 7h16 M4 12h16 M4 17h16";
const SEND = "M4 12l16-8-6 16-3-6z";

/** The phone itself: chat, rich menu, keyboard, lock screen, and whatever slides over them. */
export class Device {
  readonly root = el("div", "device");
  private readonly room = el("div", "chat-room");
  private readonly title = el("div", "chat-title");
  private readonly foot = el("div", "chat-foot");
  private readonly lock = el("div", "lock");
  private readonly toast = el("div", "toast");
  private readonly time = el("span", "", "");
  private readonly sheet = new Sheet();
  private readonly field = el("textarea", "type-field");
  private phone: Phone | undefined;
  private screen: Screen | undefined;
  private menuOpen = true;
  private menuId = "";
  private newest = "";

  constructor(private readonly told: (done: Done) => void) {
    this.room.setAttribute("role", "log");
    this.room.setAttribute("aria-live", "polite");
    this.lock.hidden = true;
    this.toast.hidden = true;
    const status = el("div", "status", this.time, el("i", "island"), el("span", "signal", signal(), wifi(), battery()));
    const chat = el("div", "chat", this.title, this.room, this.foot);
    this.root.append(el("div", "glass", status, chat, this.lock, this.toast, this.sheet.root, el("i", "home-bar")));
    this.field.rows = 1;
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.say();
      }
    });
  }

  /** Show another person's phone. */
  pickUp(phone: Phone): void {
    this.phone = phone;
    this.menuId = this.newest = "";
    this.sheet.close();
    this.field.value = "";
  }

  showLock(on: boolean): void {
    this.lock.hidden = !on;
    this.root.classList.toggle("locked", on);
  }

  get locked(): boolean {
    return !this.lock.hidden;
  }

  /** Draw what the phone shows now. */
  draw(screen: Screen): void {
    const before = this.newest;
    const last = screen.entries.at(-1);
    const down = this.room.scrollHeight - this.room.scrollTop - this.room.clientHeight < 90;
    this.screen = screen;
    this.newest = last ? `${last.at}${screen.entries.length}` : "none";
    this.time.textContent = clock(screen.now);
    this.drawTitle(screen);
    drawChat(this.room, screen, (entry, message, action) => void this.tap(entry, message, action), (entry, message, id) => {
      void this.phone?.do("watched", { request_id: entry.request_id, message, tracking_id: id }).then((done) => this.told(done));
    });
    this.drawFoot(screen);
    this.drawLock(screen);
    if (!before || down || last?.from === "friend") this.room.scrollTop = this.room.scrollHeight;
    if (before && before !== this.newest && last?.from === "account" && !last.silent && !this.sheet.root.hidden) this.notice(last);
  }

  private drawTitle(screen: Screen): void {
    const name = el("b", "", screen.account.name);
    this.title.replaceChildren(icon(BACK), name, verified(), el("span", "room-icons", icon("M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z M16.5 16.5L21 21"), icon(LINES)));
  }

  private drawFoot(screen: Screen): void {
    const state = screen.friend.state;
    if (state !== "friend") {
      const deed = el("button", "foot-deed", state === "blocked" ? t("unblock") : t("add"));
      deed.type = "button";
      deed.addEventListener("click", () => void this.phone?.do("follow").then((done) => this.told(done)));
      const note = el("p", "foot-note", state === "blocked" ? t("blockedNote") : t("addNote"));
      const more = state === "blocked" && !screen.menu ? [] : this.drawMenu(screen.menu);
      this.foot.replaceChildren(note, deed, ...more);
      return;
    }
    const focused = document.activeElement === this.field;
    this.foot.replaceChildren(...this.drawMenu(screen.menu));
    if (focused) this.field.focus({ preventScroll: true });
  }

  private drawMenu(menu: Menu | null): HTMLElement[] {
    if (menu && menu.rich_menu_id !== this.menuId) {
      this.menuOpen = this.menuId ? true : menu.selected;
      this.menuId = menu.rich_menu_id;
    }
    this.field.placeholder = t("type");
    this.field.setAttribute("aria-label", t("type"));
    const send = el("button", "type-send", icon(SEND));
    send.type = "button";
    send.setAttribute("aria-label", t("send"));
    send.addEventListener("click", () => this.say());
    if (!menu) return [el("div", "type-bar", el("span", "type-plus", "＋"), this.field, send)];
    const toggle = el("button", "type-toggle", icon(this.menuOpen ? KEYBOARD : LINES));
    toggle.type = "button";
    toggle.setAttribute("aria-label", t("menu"));
    toggle.addEventListener("click", () => this.turnMenu());
    if (!this.menuOpen) return [el("div", "type-bar", toggle, this.field, send)];
    const bar = el("button", "menu-bar", menu.chatBarText, el("i", "", "▾"));
    bar.type = "button";
    bar.addEventListener("click", () => this.turnMenu());
    return [el("div", "type-bar type-bar-menu", toggle, bar), this.menuPicture(menu)];
  }

  private menuPicture(menu: Menu): HTMLElement {
    const box = el("div", "menu", picture(menu.image_url, menu.chatBarText));
    box.style.aspectRatio = `${menu.size.width} / ${menu.size.height}`;
    menu.areas.forEach((area, place) => {
      const spot = el("div", "menu-spot");
      spot.style.left = `${(area.bounds.x / menu.size.width) * 100}%`;
      spot.style.top = `${(area.bounds.y / menu.size.height) * 100}%`;
      spot.style.width = `${(area.bounds.width / menu.size.width) * 100}%`;
      spot.style.height = `${(area.bounds.height / menu.size.height) * 100}%`;
      box.append(tappable(spot, area.action, (action) => void this.tapMenu(place, action)));
    });
    return box;
  }

  private turnMenu(): void {
    this.menuOpen = !this.menuOpen;
    if (this.screen) this.drawFoot(this.screen);
    if (!this.menuOpen) this.field.focus();
  }

  private drawLock(screen: Screen): void {
    const now = new Date(screen.now);
    const day = now.toLocaleDateString(locale(), { month: "long", day: "numeric", weekday: "long", timeZone: "Asia/Taipei" });
    const notices = screen.entries
      .filter((one): one is FromAccount => one.from === "account" && !one.silent)
      .slice(-5)
      .reverse()
      .map((one) => this.noticeCard(one, screen));
    this.lock.replaceChildren(el("div", "lock-day", day), el("div", "lock-clock", clock(screen.now)), el("div", "lock-notices", ...notices));
  }

  private noticeCard(entry: FromAccount, screen: Screen): HTMLElement {
    const words = el("div", "notice-words", el("b", "", screen.account.name), el("span", "", entry.notice));
    return el("div", "notice", el("i", "notice-app", "LINE"), words, el("time", "", clock(entry.at)));
  }

  private notice(entry: FromAccount): void {
    if (!this.screen) return;
    this.toast.replaceChildren(this.noticeCard(entry, this.screen));
    this.toast.hidden = false;
    setTimeout(() => (this.toast.hidden = true), 4000);
  }

  private say(): void {
    const text = this.field.value.trim();
    if (!text || !this.phone) return;
    this.field.value = "";
    void this.phone.do("text", { text }).then((done) => this.told(done));
  }

  private async tapMenu(area: number, action: Action): Promise<void> {
    await this.go(action, (params) => ({ area, ...(params ? { params } : {}) }));
  }

  private async tap(entry: FromAccount, message: number, action: Action): Promise<void> {
    if (action.type === "image") {
      this.sheet.image(String(action.uri));
      return;
    }
    if (action.type === "coupon") {
      const known = this.screen?.coupons[String(action.couponId)];
      if (known && this.phone) this.sheet.coupon(this.phone, known);
      return;
    }
    await this.go(action, (params) => ({ request_id: entry.request_id, message, action, ...(params ? { params } : {}) }));
  }

  private async go(action: Action, body: (params?: Record<string, string>) => object): Promise<void> {
    const phone = this.phone;
    if (!phone) return;
    if (action.type === "datetimepicker") {
      this.sheet.pick(action, (params) => void phone.do("act", body(params)).then((done) => this.finish(done)));
      return;
    }
    try {
      this.finish(await phone.do("act", body()));
    } catch {
      // A link that the text itself holds, a map, a telephone number: no action of LINE's, so only the page opens.
      const address = action.uri ?? action.linkUri;
      if (typeof address === "string") this.sheet.browse(phone, address);
    }
  }

  private finish(done: Done): void {
    this.told(done);
    if (done.open && this.phone) this.sheet.browse(this.phone, done.open, done.hops);
    if (done.copy !== undefined) void navigator.clipboard.writeText(done.copy).catch(() => undefined);
    if (done.inputOption === "closeRichMenu" && this.menuOpen) this.turnMenu();
    if (done.inputOption === "openRichMenu" && !this.menuOpen) this.turnMenu();
    if (done.inputOption === "openKeyboard") {
      if (this.menuOpen && this.screen?.menu) this.turnMenu();
      this.field.value = done.fillInText ?? "";
      this.field.focus();
    }
  }
}

function verified(): SVGSVGElement {
  const mark = icon("M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z M8.8 12l2.2 2.2 4.2-4.4");
  mark.classList.add("verified");
  return mark;
}

function signal(): SVGSVGElement {
  return icon("M5 17v-2 M9.5 17v-5 M14 17V9 M18.500 17V6");
}

function wifi(): SVGSVGElement {
  return icon("M4 10c5-5 11-5 16 0 M7 13.500c3-3 7-3 10 0 M10.500 16.800c1-1 2-1 3 0");
}

function battery(): SVGSVGElement {
  return icon("M3 8h16v8H3z M21 11v2 M5.500 10.500h9v3h-9z");
}
