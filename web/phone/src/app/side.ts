import { el } from "../line/dom";
import type { Json } from "../line/render";
import { type Account, type Done, type Facts, type Phone, type Screen, facts } from "./api";
import { clock } from "./chat";
import { face } from "./people";
import { t } from "./words";

const TOLD_MAX = 12;

/** Who this is, what else they can do, what LINE tells the brand, and how the account stands. */
export class Side {
  readonly root = el("aside", "side");
  private readonly told: HTMLElement[] = [];
  private readonly events = el("div", "events");
  private readonly figures = el("dl", "figures");
  private phone: Phone | undefined;
  private account: Account | undefined;

  constructor(
    private readonly done: (done: Done) => void,
    private readonly lock: () => void,
  ) {}

  pickUp(phone: Phone, account: Account): void {
    this.phone = phone;
    this.account = account;
    this.told.length = 0;
    this.events.replaceChildren(el("p", "quiet", t("nothing")));
    void this.count();
  }

  draw(screen: Screen, locked: boolean): void {
    const state = screen.friend.state;
    const card = el(
      "section",
      "who",
      face(screen.friend),
      el("div", "", el("b", "", screen.friend.display_name), el("code", "", screen.friend.user_id)),
      el("em", `state-${state}`, t(state)),
    );
    const lock = this.button(locked ? t("chat") : t("lock"), this.lock);
    const deeds = el(
      "div",
      "deeds",
      lock,
      state === "friend"
        ? this.button(t("block"), () => this.do("block"), "danger")
        : this.button(state === "blocked" ? t("unblock") : t("add"), () => this.do("follow")),
      this.button(t("sticker"), () => this.do("show", { package_id: "11537", sticker_id: String(52002734 + this.told.length) })),
      this.button(t("image"), () => this.doFile()),
      this.button(t("place"), () => this.do("show", { latitude: 25.0339, longitude: 121.5645, title: "台北 101", address: "台北市信義區信義路五段 7 號" })),
      this.button(t("beacon"), () => this.do("beacon", { hwid: "000000d431" })),
      this.button(t("unsend"), () => this.unsend(screen)),
    );
    this.root.replaceChildren(
      card,
      el("h3", "", t("deeds")),
      deeds,
      el("h3", "", t("tells")),
      this.events,
      el("h3", "", this.account?.name ?? ""),
      this.figures,
    );
  }

  /** Note what LINE told the brand about a deed. */
  note(done: Done): void {
    if (!done.event) return;
    this.told.unshift(eventRow(done.event));
    this.told.length = Math.min(this.told.length, TOLD_MAX);
    this.events.replaceChildren(...this.told);
  }

  /** Show the figures of the account. */
  async count(): Promise<void> {
    if (!this.account) return;
    const known = await facts(this.account.channel_id);
    const quota = this.account.quota;
    this.figures.replaceChildren(
      ...figure(t("clock"), `${new Date(known.now).toLocaleDateString("sv-SE", { timeZone: "Asia/Taipei" })} ${clock(known.now)}`),
      ...figure(t("sent"), known.delivered_messages.toLocaleString()),
      ...figure(t("billable"), known.billable_messages.toLocaleString()),
      ...figure(t("quota"), quota === null ? t("unlimited") : quota.toLocaleString()),
      ...figure(t("twice"), duplicates(known), known.duplicate_deliveries > 0),
    );
  }

  private button(label: string, act: () => void, className = ""): HTMLElement {
    const made = el("button", `deed ${className}`, label);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  private do(deed: string, body: unknown = {}): void {
    void this.phone?.do(deed, body).then(this.done);
  }

  private doFile(): void {
    const canvas = el("canvas");
    canvas.width = 480;
    canvas.height = 360;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    const sky = pen.createLinearGradient(0, 0, 0, 360);
    sky.addColorStop(0, "#7ec8f2");
    sky.addColorStop(1, "#fdebc8");
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 480, 360);
    pen.fillStyle = "#f9b44d";
    pen.arc(360, 110, 44, 0, 7);
    pen.fill();
    pen.fillStyle = "#4f8a5b";
    pen.beginPath();
    pen.moveTo(0, 300);
    pen.quadraticCurveTo(140, 180, 270, 290);
    pen.quadraticCurveTo(380, 220, 480, 280);
    pen.lineTo(480, 360);
    pen.lineTo(0, 360);
    pen.fill();
    canvas.toBlob((blob) => blob && this.do("file", blob), "image/jpeg", 0.85);
  }

  private unsend(screen: Screen): void {
    const last = screen.entries.findLast((one) => one.from === "friend" && one.message_id !== null);
    if (last?.from === "friend") this.do("unsend", { message_id: last.message_id });
  }
}

function duplicates(known: Facts): string {
  return known.duplicate_deliveries.toLocaleString();
}

function figure(name: string, value: string, bad = false): HTMLElement[] {
  return [el("dt", "", name), el("dd", bad ? "bad" : "", value)];
}

function eventRow(event: Json): HTMLElement {
  const kind = String(event.type);
  const rest = Object.fromEntries(
    Object.entries(event).filter(([name]) => ["message", "postback", "follow", "beacon", "unsend", "videoPlayComplete", "link"].includes(name)),
  );
  const box = el("details", "event", el("summary", "", el("b", "", kind), el("time", "", clock(new Date(Number(event.timestamp)).toISOString()))));
  box.append(el("pre", "", JSON.stringify(rest, null, 1)));
  return box;
}
