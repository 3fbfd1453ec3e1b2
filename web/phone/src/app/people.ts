import { el, icon } from "../line/dom";
import { type Account, type Person, people } from "./api";
import { clock, dayOf } from "./chat";
import { t } from "./words";

const STATES = ["", "friend", "blocked", "stranger"] as const;
const FACES = ["#8fb8de", "#e3a9b4", "#a9cfa4", "#e6c58b", "#b9aee0", "#8ecbc8", "#e0a98a", "#9db0c9"];

/** The list of virtual people: search, states, and who was written to last. */
export class People {
  readonly root = el("aside", "people");
  private readonly rows = el("div", "people-rows");
  private readonly field = el("input", "people-search");
  private state: (typeof STATES)[number] = "";
  private account: Account | undefined;
  private chosen = "";
  private asked = 0;

  constructor(private readonly choose: (person: Person) => void) {
    this.field.type = "search";
    let waiting: ReturnType<typeof setTimeout> | undefined;
    this.field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => void this.refresh(), 180);
    });
  }

  /** Draw everything anew, in the language chosen now. */
  draw(head: HTMLElement): void {
    this.field.placeholder = t("search");
    this.field.setAttribute("aria-label", t("search"));
    const tabs = STATES.map((state) => {
      const tab = el("button", state === this.state ? "tab tab-on" : "tab", state ? t(state) : t("everyone"));
      tab.type = "button";
      tab.addEventListener("click", () => {
        this.state = state;
        this.draw(head);
        void this.refresh();
      });
      return tab;
    });
    const search = el("label", "people-find", icon("M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z M16.5 16.5L21 21"), this.field);
    this.root.replaceChildren(head, search, el("div", "tabs", ...tabs), this.rows);
  }

  async open(account: Account): Promise<void> {
    this.account = account;
    await this.refresh();
  }

  /** Ask again who is there; the first friend is returned, or the first at all. */
  async refresh(): Promise<Person | undefined> {
    if (!this.account) return undefined;
    const turn = (this.asked += 1);
    const found = await people(this.account.channel_id, this.field.value.trim(), this.state);
    if (turn !== this.asked) return found[0];
    const today = new Date().toISOString();
    this.rows.replaceChildren(
      ...(found.length ? found.map((one) => this.row(one, today)) : [el("p", "people-none", t("nobody"))]),
    );
    return found.find((one) => one.state === "friend") ?? found[0];
  }

  mark(userId: string): void {
    this.chosen = userId;
    for (const row of this.rows.querySelectorAll<HTMLElement>("[data-user]")) {
      row.classList.toggle("person-on", row.dataset.user === userId);
    }
  }

  private row(one: Person, today: string): HTMLElement {
    const when = one.at ? (dayOf(one.at) === dayOf(today) ? clock(one.at) : dayOf(one.at).slice(5).replace("-", "/")) : "";
    const made = el(
      "button",
      "person",
      face(one),
      el("span", "person-words", el("b", "", one.display_name), el("small", "", one.last || one.user_id.slice(0, 12) + "…")),
      el("span", "person-side", el("time", "", when), one.state === "friend" ? undefined : el("em", `state-${one.state}`, t(one.state))),
    );
    made.type = "button";
    made.dataset.user = one.user_id;
    made.classList.toggle("person-on", one.user_id === this.chosen);
    made.addEventListener("click", () => this.choose(one));
    return made;
  }
}

export function face(one: { user_id: string; display_name: string }): HTMLElement {
  const made = el("i", "face", [...one.display_name][0] ?? "?");
  made.style.background = FACES[parseInt(one.user_id.slice(1, 5), 16) % FACES.length] ?? "#9db0c9";
  return made;
}
