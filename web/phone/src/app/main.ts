import "./app.css";
import { el } from "../line/dom";
import { type Account, type Done, type Person, Phone, accounts } from "./api";
import { Device } from "./device";
import { People } from "./people";
import { Side } from "./side";
import { LOCALES, choose, locale, t } from "./words";

const PEOPLE_SECONDS = 4;

class Page {
  private readonly root = document.getElementById("app") ?? document.body;
  private readonly stage = el("main", "stage");
  private readonly alarm = el("p", "alarm");
  private readonly people = new People((person) => void this.pickUp(person));
  private readonly device = new Device((done) => this.done(done));
  private readonly side = new Side((done) => this.done(done), () => this.turn());
  private known: Account[] = [];
  private account: Account | undefined;
  private phone: Phone | undefined;
  private unwatch: (() => void) | undefined;
  private drawing = false;
  private again = false;

  async start(): Promise<void> {
    choose(locale());
    this.alarm.hidden = true;
    this.root.replaceChildren(this.people.root, this.stage, this.side.root, this.alarm);
    await this.lookForAccounts();
    setInterval(() => void this.refresh(), PEOPLE_SECONDS * 1000);
  }

  private async lookForAccounts(): Promise<void> {
    this.known = await accounts();
    const place = new URLSearchParams(location.hash.slice(1));
    this.account = this.known.find((one) => one.channel_id === place.get("account")) ?? this.known.at(0);
    this.draw();
    if (!this.account) {
      this.stage.replaceChildren(el("p", "stage-note", t("empty")));
      return;
    }
    await this.openAccount(this.account, place.get("friend"));
  }

  private async openAccount(account: Account, friend: string | null = null): Promise<void> {
    this.account = account;
    await this.people.open(account);
    const first = friend ? { user_id: friend } : await this.people.refresh();
    if (first) await this.pickUp(first);
    else this.stage.replaceChildren(el("p", "stage-note", t("choose")));
  }

  private draw(): void {
    document.title = t("title");
    const names = el("div", "brand", el("b", "", t("title")), el("small", "", t("subtitle")));
    const languages = el("div", "languages", ...LOCALES.map((one) => this.language(one)));
    const pick = el("select", "accounts");
    pick.setAttribute("aria-label", t("account"));
    pick.append(...this.known.map((one) => new Option(`${one.name}（${one.people.toLocaleString()}）`, one.channel_id)));
    pick.value = this.account?.channel_id ?? "";
    pick.addEventListener("change", () => {
      const chosen = this.known.find((one) => one.channel_id === pick.value);
      if (chosen) void this.openAccount(chosen);
    });
    this.people.draw(el("header", "people-head", el("div", "people-top", names, languages), pick));
  }

  private language(one: (typeof LOCALES)[number]): HTMLElement {
    const made = el("button", one === locale() ? "language language-on" : "language", { "zh-TW": "中", ja: "日", en: "EN" }[one]);
    made.type = "button";
    made.addEventListener("click", () => {
      choose(one);
      this.draw();
      void this.people.refresh();
      void this.show();
    });
    return made;
  }

  private async pickUp(person: Pick<Person, "user_id">): Promise<void> {
    if (!this.account) return;
    this.unwatch?.();
    this.phone = new Phone(this.account.channel_id, person.user_id);
    history.replaceState(null, "", `#account=${this.account.channel_id}&friend=${person.user_id}`);
    this.people.mark(person.user_id);
    this.device.pickUp(this.phone);
    this.side.pickUp(this.phone, this.account);
    this.stage.replaceChildren(this.device.root);
    await this.show();
    this.unwatch = this.phone.watch(
      () => void this.look(),
      (gone) => this.cry(gone),
    );
  }

  /** Draw the phone again; changes that come meanwhile are drawn once, afterwards. */
  private async show(): Promise<void> {
    if (this.drawing) {
      this.again = true;
      return;
    }
    this.drawing = true;
    try {
      do {
        this.again = false;
        const phone = this.phone;
        const screen = await phone?.screen();
        if (screen && phone === this.phone) {
          this.device.draw(screen);
          this.side.draw(screen, this.device.locked);
        }
      } while (this.again as boolean);
    } finally {
      this.drawing = false;
    }
  }

  /** Draw what changed, and tell LINE that it was seen, as a chat that is open does. */
  private async look(): Promise<void> {
    const phone = this.phone;
    await this.show();
    if (phone && phone === this.phone && !document.hidden && !this.device.locked) await phone.do("seen");
  }

  private turn(): void {
    this.device.showLock(!this.device.locked);
    void this.show();
  }

  private done(done: Done): void {
    this.side.note(done);
    void this.show();
    void this.side.count();
  }

  private async refresh(): Promise<void> {
    try {
      if (!this.account) {
        await this.lookForAccounts();
        return;
      }
      await this.people.refresh();
      await this.side.count();
      this.cry(false);
    } catch {
      this.cry(true);
    }
  }

  private cry(gone: boolean): void {
    this.alarm.hidden = !gone;
    this.alarm.textContent = gone ? t("gone") : "";
  }
}

void new Page().start();
