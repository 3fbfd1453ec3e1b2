import { ChevronRight, CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { AsOf, Figure } from "@/components/figure";
import { Page, Panel } from "@/components/page";
import { Failed, Waiting } from "@/components/states";
import { type Home, type HomeFigure, useHome } from "@/features/home/home";
import { Months } from "@/features/home/months";
import styles from "@/features/home/page.module.css";
import { Sources } from "@/features/home/sources";
import { useCodes, useWords } from "@/features/home/words";
import { useFormat } from "@/lib/format";

export function HomePage() {
  const w = useWords();
  const home = useHome();
  return (
    <Page title={w("title")} lead={w("lead")}>
      {home.data ? (
        <Whole home={home.data} />
      ) : home.error ? (
        <Failed error={home.error} retry={() => void home.refetch()} />
      ) : (
        <Waiting rows={3} height={110} />
      )}
    </Page>
  );
}

/** A figure's value in words: what was not computed is null, what could not be read is undefined; neither is zero. */
function shown(figure: HomeFigure, write: (value: number) => string): string | null | undefined {
  if (figure.state === "unreadable") return undefined;
  return figure.value === null ? null : write(figure.value);
}

function Whole({ home }: { home: Home }) {
  const w = useWords();
  const format = useFormat();
  const count = (name: "people" | "friends" | "reachable" | "bound" | "blocked") => (
    <Figure
      label={w(name)}
      value={shown(home[name], format.number)}
      definition={w(`${name}.what`)}
      note={
        name === "bound" && home.binding_rate.value !== null
          ? w("bindingRate", { rate: format.percent(home.binding_rate.value) })
          : name === "blocked" && home.blocked_rate.value !== null
            ? w("blockedRate", { rate: format.percent(home.blocked_rate.value) })
            : null
      }
    />
  );
  return (
    <div className={styles["grid"]}>
      <Panel title={w("audience")} aside={<AsOf at={home.as_of} />}>
        <div className={styles["figures"]}>
          {count("people")}
          {count("friends")}
          {count("reachable")}
          {count("bound")}
          {count("blocked")}
        </div>
      </Panel>
      <div className={styles["two"]}>
        <Months months={home.months} />
        <Panel title={w("revenue")} aside={<AsOf at={home.revenue.as_of} />}>
          <Figure
            label={w("revenue")}
            value={shown(home.revenue, format.money)}
            definition={w("revenue.what")}
            note={home.revenue_orders.value === null ? null : w("orders", { count: home.revenue_orders.value })}
          />
        </Panel>
        <Sources sources={home.sources} />
        <Attention home={home} />
      </div>
    </div>
  );
}

/** Where each thing that needs somebody is looked after. */
const PLACES: Record<string, string> = {
  parked: "/quality",
  sends_failed: "/reports",
  sends_unknown: "/reports",
  suggestions: "/identity",
  imports_failed: "/imports",
  segments_waiting: "/segments",
  sources_silent: "/sources",
};

function Said({ to, children }: { to: string | undefined; children: ReactNode }) {
  return to ? (
    <Link to={to} className={styles["attend"] ?? ""}>
      {children}
      <ChevronRight size={14} aria-hidden />
    </Link>
  ) : (
    <span>{children}</span>
  );
}

function Attention({ home }: { home: Home }) {
  const w = useWords();
  const code = useCodes();
  const format = useFormat();
  const open = home.attention.filter(({ count }) => count > 0);
  return (
    <Panel title={w("attention")}>
      {open.length ? (
        <ul className={styles["lines"]}>
          {open.map(({ what, count }) => (
            <li key={what}>
              <Said to={PLACES[what]}>
                <strong>{format.number(count)}</strong> {code("what", what, { count })}
              </Said>
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles["calm"]}>
          <CircleCheck size={16} aria-hidden />
          {w("calm")}
        </p>
      )}
    </Panel>
  );
}
